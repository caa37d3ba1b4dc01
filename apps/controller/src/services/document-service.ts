import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { SiteId, Timer, Timers } from '@patronus/core';
import type { SiteDocument } from '@patronus/protocol';
import type { Actor } from '../audit/index.ts';
import type { Change, Store } from '../database/store.ts';
import { configRepository } from '../repositories/config-repository.ts';
import { siteRepository } from '../repositories/site-repository.ts';
import { compileDocuments } from './compile-documents.ts';
import { readIntent } from './read-intent.ts';

/** After a failure, as on a full disk, it is tried again this much later. */
const retryMs = 5_000;
/** Changes that come together, as when a lab is seeded, are compiled together; much longer would be felt by users. */
const settleMs = 50;

export interface DocumentServiceParts {
  readonly store: Store;
  readonly timers: Timers;
  readonly confirmWindowMs: number;
  /** Told when compiling failed; it is tried again. */
  readonly onFailure: (failure: unknown) => void;
}

/** The newest document of every site, and what became of it at its edge. */
export class DocumentService {
  readonly #parts: DocumentServiceParts;
  readonly #listeners = new Set<(siteId: string, document: SiteDocument) => void>();
  readonly #compiledListeners = new Set<() => void>();
  #documents = new Map<SiteId, SiteDocument>();
  #scheduled: Timer | null = null;
  #compiling: Promise<void> = Promise.resolve();
  /** Changes of intent that are not compiled yet. */
  #isBehind = false;
  #lastCompileMs = 0;
  #isStopped = false;

  constructor(parts: DocumentServiceParts) {
    this.#parts = parts;
  }

  /** Compiles all documents, and again after every change of intent. */
  async start(): Promise<void> {
    this.#parts.store.onIntentChange(() => this.#schedule());
    await this.#enqueue();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#scheduled?.cancel();
    this.#scheduled = null;
    await this.#compiling;
  }

  /** Whether a change was made that is not in the documents yet, for some 50 ms. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Compiles every document anew, whatever is remembered; answers how many there were. */
  async recompile(by: Actor): Promise<number> {
    const forgotten = this.#documents.size;
    const target = { type: 'cache', id: null, name: 'site documents' } as const;
    const details = { entries: forgotten };
    await this.#parts.store.change((change) => change.audit(by, { action: 'cache_cleared', target, details }));
    await this.#enqueue();
    return forgotten;
  }

  current(siteId: string): SiteDocument | null {
    return this.#documents.get(siteId as SiteId) ?? null;
  }

  onReplaced(listener: (siteId: string, document: SiteDocument) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Told after each compilation, whatever came of it. */
  onCompiled(listener: () => void): () => void {
    this.#compiledListeners.add(listener);
    return () => this.#compiledListeners.delete(listener);
  }

  /** The edge has put this version in force. */
  async applied(siteId: string, version: string, applyMs: number | null): Promise<void> {
    const { store } = this.#parts;
    const before = await configRepository.find(store.db, siteId);
    if (before === undefined) return;
    await store.change(async (change) => {
      const isNews = before.applied_version !== version;
      const when = isNews || before.applied_at === null ? change.at : before.applied_at;
      const took = applyMs === null ? {} : { apply_ms: applyMs };
      await configRepository.update(change.db, siteId, {
        applied_version: version,
        applied_at: when,
        ...took,
        ...(before.rejected_version === version ? { rejected_version: null, rejected_reason: null } : {}),
      });
      if (isNews) await this.#tell(change, siteId, { eventType: 'config_applied', version, applyMs });
    });
  }

  /** The edge could not put this version in force and went back to another, or to none. */
  async rejected(siteId: string, version: string, reason: string, restored: string | null): Promise<void> {
    await this.#parts.store.change(async (change) => {
      await configRepository.update(change.db, siteId, {
        rejected_version: version,
        rejected_reason: reason,
        applied_version: restored,
      });
      await this.#tell(change, siteId, { eventType: 'config_rejected', version, reason, restored });
    });
  }

  async #tell(change: Change, siteId: string, told: Told): Promise<void> {
    const row = await siteRepository.find(change.db, siteId);
    if (row === undefined) return;
    const { eventType, version } = told;
    const site = { id: row.site_id, name: row.name };
    if (eventType === 'config_applied') {
      const message = `Site ${row.name} has its configuration ${short(version)} in force`;
      return change.event({ eventType, message, site, metadata: { version, apply_ms: told.applyMs } });
    }
    const { reason, restored } = told;
    const message = `Site ${row.name} rejected its configuration ${short(version)}: ${reason}`;
    const metadata = { version, reason, restored };
    return change.event({ eventType, message, site, metadata });
  }

  /** Where compiling takes long, as with hundreds of sites, it takes at most half of the time. */
  #schedule(delayMs = Math.max(settleMs, this.#lastCompileMs)): void {
    if (this.#isStopped) return;
    this.#isBehind = true;
    this.#scheduled ??= this.#parts.timers.after('compile documents', delayMs, () => {
      this.#scheduled = null;
      void this.#enqueue().catch((failure: unknown) => {
        this.#parts.onFailure(failure);
        this.#schedule(retryMs);
      });
    });
  }

  /** One compilation after the other, so that a newer one is never replaced by an older. */
  #enqueue(): Promise<void> {
    const compiled = this.#compiling.then(() => this.#compile());
    this.#compiling = compiled.catch(() => undefined);
    return compiled;
  }

  async #compile(): Promise<void> {
    const { store, confirmWindowMs } = this.#parts;
    const started = performance.now();
    const intent = await store.snapshot((db) => readIntent(db, confirmWindowMs));
    const documents = new Map<SiteId, SiteDocument>();
    for (const document of compileDocuments(intent)) {
      documents.set(document.site.id, document);
      await yieldToOthers();
    }
    await store.change(async ({ db, at }) => {
      const known = new Map((await configRepository.list(db)).map((row) => [row.site_id, row.version]));
      const present = new Set((await siteRepository.list(db)).map((row) => row.site_id));
      for (const [siteId, { version }] of documents) {
        if (!present.has(siteId) || known.get(siteId) === version) continue;
        await configRepository.saveVersion(db, siteId, version, at);
      }
    });
    this.#isBehind = this.#scheduled !== null;
    this.#replace(documents);
    for (const listener of this.#compiledListeners) listener();
    this.#lastCompileMs = performance.now() - started;
  }

  #replace(documents: Map<SiteId, SiteDocument>): void {
    const before = this.#documents;
    this.#documents = documents;
    for (const [siteId, document] of documents) {
      if (before.get(siteId)?.version === document.version) continue;
      for (const listener of this.#listeners) listener(siteId, document);
    }
  }
}

type Told =
  | { readonly eventType: 'config_applied'; readonly version: string; readonly applyMs: number | null }
  | {
      readonly eventType: 'config_rejected';
      readonly version: string;
      readonly reason: string;
      readonly restored: string | null;
    };

/** Enough of a hash for people to tell versions apart. */
const short = (version: string): string => version.slice(0, 12);

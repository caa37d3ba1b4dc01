import { PatronusError, type PathId, type Timers } from '@patronus/core';
import type { EdgeMessage, PathProbe } from '@patronus/protocol';
import type { Logger } from 'pino';
import type { Store } from '../database/index.ts';
import { edgeRepository, type EdgeRow } from '../repositories/index.ts';
import type { Deletion } from '../services/deletion.ts';
import type { EdgeFlows } from '../services/flow-service.ts';
import type { Presence } from '../services/presence.ts';
import type { TelemetryService } from '../services/telemetry-service.ts';
import { EdgeLinks } from './edge-links.ts';
import { EdgeQuestions, offline } from './edge-questions.ts';
import type { EdgeSession, SessionHost } from './edge-session.ts';
import { authenticate, checkStanding, siteDeleted, type Hello } from './hello.ts';
import type { SiteDocuments } from './ports.ts';

/** A clock this far off makes certificates, keys and reports hard to judge; networks with NTP stay far below. */
const skewNoticeMs = 5_000;

export interface DialogueParts {
  readonly store: Store;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly presence: Presence;
  readonly documents: SiteDocuments;
  readonly telemetry: TelemetryService;
  readonly serverFingerprint: string;
}

type Applied = Extract<EdgeMessage, { type: 'applied' }>;

/** What the controller says to what edges say. */
export class EdgeDialogue implements SessionHost {
  readonly links = new EdgeLinks();
  readonly serverFingerprint: string;
  readonly after: SessionHost['after'];
  readonly every: SessionHost['every'];
  readonly #parts: DialogueParts;
  readonly #stopListening: () => void;
  readonly #questions: EdgeQuestions;
  #isStopping = false;

  constructor(parts: DialogueParts) {
    this.#parts = parts;
    this.#questions = new EdgeQuestions(parts.timers);
    this.serverFingerprint = parts.serverFingerprint;
    this.after = (name, delayMs, action) => parts.timers.after(name, delayMs, action);
    this.every = (name, periodMs, action) => parts.timers.every(name, periodMs, action);
    this.#stopListening = parts.documents.onReplaced((siteId, document) => {
      for (const link of this.links.ofSite(siteId)) link.sendDocument(document);
    });
  }

  async hello(hello: Hello, nonce: string, session: EdgeSession): Promise<EdgeRow> {
    const { store, documents } = this.#parts;
    const edge = await authenticate(store, hello, { nonce, serverFingerprint: this.serverFingerprint });
    await this.#arrived(edge, hello, this.links.ofEdge(edge.edge_id) === undefined);
    // From here to the document nothing waits, so that no newer document overtakes the welcome.
    const replaced = this.links.add(edge, session);
    replaced?.refuse(new PatronusError('conflict', 'this edge has connected anew; the older connection is closed'));
    session.send({ type: 'welcome', wallMs: store.wallMs, telemetryAcknowledged: edge.telemetry_sequence });
    const document = documents.current(edge.site_id);
    if (document === null) return edge;
    if (document.version !== hello.appliedVersion) {
      session.sendDocument(document);
      return edge;
    }
    session.send({ type: 'confirmed', version: document.version });
    await documents.applied(edge.site_id, document.version, null);
    return edge;
  }

  async #arrived(edge: EdgeRow, hello: Hello, isNews: boolean): Promise<void> {
    const { store, presence } = this.#parts;
    const skewMs = Math.round(hello.wallMs - store.wallMs);
    const site = { id: edge.site_id, name: edge.site };
    await store.change(async (change) => {
      // It, or its site, may have been deleted since it proved who it is.
      checkStanding(await edgeRepository.find(change.db, edge.edge_id));
      await edgeRepository.update(change.db, edge.edge_id, {
        last_seen_at: change.at,
        program_version: hello.programVersion,
        uplinks: JSON.stringify(hello.uplinks),
        clock_skew_ms: skewMs,
      });
      if (isNews)
        await change.event({ eventType: 'site_online', message: `Site ${edge.site} is online`, site, metadata: {} });
      if (Math.abs(skewMs) > skewNoticeMs) {
        const direction = skewMs > 0 ? 'ahead of' : 'behind';
        await change.event({
          eventType: 'clock_skew',
          message: `The clock of site ${edge.site} is ${Math.abs(skewMs) / 1000} s ${direction} the controller's; set it by NTP`,
          metadata: { skew_ms: skewMs },
          site,
        });
      }
      change.afterCommit(() => presence.set(edge.site_id, true));
    });
  }

  async handle(edge: EdgeRow, message: Exclude<EdgeMessage, Hello>, session: EdgeSession): Promise<void> {
    const { documents, telemetry } = this.#parts;
    switch (message.type) {
      case 'tunnel_keys':
        return this.#tunnelKeys(edge, message.keys);
      case 'applied':
        await documents.applied(edge.site_id, message.version, message.applyMs);
        await this.#abilities(edge, message);
        return session.send({ type: 'confirmed', version: message.version });
      case 'rejected':
        return documents.rejected(edge.site_id, message.version, message.reason, message.restored);
      case 'telemetry': {
        const sequence = await telemetry.store(edge, message.sequence, message.batch);
        return session.send({ type: 'telemetry_ack', sequence });
      }
      case 'uplinks':
        return this.#uplinks(edge, JSON.stringify(message.uplinks));
      case 'flows':
      case 'path_checked':
        return this.#questions.answered(session, message);
      case 'pong':
        return;
    }
  }

  /** Lets the edge of a site probe a path now. Errors: `unreachable` while it is offline, `timeout`, `conflict`. */
  async checkPath(
    site: { readonly id: string; readonly name: string },
    pathId: PathId,
    probes: number,
  ): Promise<readonly PathProbe[]> {
    const [link] = this.links.ofSite(site.id);
    if (link === undefined) throw offline(site.name);
    return this.#questions.checkPath(site.name, link, pathId, probes);
  }

  /** Other sites hear of it when an edge begins to drop second copies, or cannot any more. */
  async #abilities(edge: EdgeRow, { unavailable = [], dropsCopies = false }: Applied): Promise<void> {
    const abilities = { unavailable: JSON.stringify(unavailable), drops_copies: dropsCopies ? 1 : 0 } as const;
    const known = await edgeRepository.find(this.#parts.store.db, edge.edge_id);
    const isSameDropping = known?.drops_copies === abilities.drops_copies;
    if (known === undefined || (isSameDropping && known.unavailable === abilities.unavailable)) return;
    await this.#parts.store.change(async (change) => {
      await edgeRepository.update(change.db, edge.edge_id, abilities);
      if (!isSameDropping) change.touchIntent();
    });
  }

  /** Asks the edge of a site for its flows. Errors as those of {@link checkPath}. */
  async listFlows(site: { readonly id: string; readonly name: string }, limit: number): Promise<EdgeFlows> {
    const [link] = this.links.ofSite(site.id);
    if (link === undefined) throw offline(site.name);
    return this.#questions.listFlows(site.name, link, limit);
  }

  async #tunnelKeys(edge: EdgeRow, keys: Readonly<Record<string, string>>): Promise<void> {
    await this.#parts.store.change(async (change) => {
      const known = await edgeRepository.tunnelKeysOf(change.db, edge.site_id);
      const news = Object.entries(keys).filter(([tunnel, key]) => known.get(tunnel) !== key);
      for (const [tunnel, key] of news) {
        await edgeRepository.saveTunnelKey(change.db, edge.site_id, tunnel, key, change.at);
      }
      if (news.length > 0) change.touchIntent();
    });
  }

  async #uplinks(edge: EdgeRow, uplinks: string): Promise<void> {
    await this.#parts.store.change((change) => edgeRepository.update(change.db, edge.edge_id, { uplinks }));
  }

  ended(edge: EdgeRow, session: EdgeSession): void {
    this.#questions.ended(session);
    if (!this.links.remove(edge, session)) return;
    const { store, presence } = this.#parts;
    presence.set(edge.site_id, false);
    if (this.#isStopping) return;
    const event = {
      eventType: 'site_offline',
      message: `Site ${edge.site} is offline: its edge has no connection to the controller`,
      site: { id: edge.site_id, name: edge.site },
      metadata: {},
    } as const;
    store.change((change) => change.event(event)).catch((error: unknown) => this.report(edge, error));
  }

  /** Cuts the connection of an edge that is none any more. */
  dismiss(edgeId: string): void {
    const error = new PatronusError(
      'forbidden',
      'this edge was deleted or replaced; join again with a new enrolment key',
    );
    this.links.ofEdge(edgeId)?.refuse(error);
  }

  /** Cuts the connection of the edge of a site that was deleted. */
  dismissSite(site: Deletion<string>): void {
    const gone = new PatronusError('forbidden', `site ${site.name} was removed for good, and this edge with it`);
    for (const link of this.links.ofSite(site.id)) link.refuse(site.purgeAt === null ? gone : siteDeleted(site.name));
  }

  report(edge: EdgeRow | null, problem: unknown): void {
    this.#parts.logger.warn({ site: edge?.site, edge: edge?.edge_id, err: problem }, 'edge connection');
  }

  /** Ends every connection; edges go on by themselves and come back. */
  stop(): void {
    this.#isStopping = true;
    this.#stopListening();
  }
}

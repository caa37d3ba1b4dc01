import { messageOf, PatronusError, type Clock, type FieldProblem, type Timers } from '@patronus/core';
import { parseSiteDocument, type EdgeMessage, type SiteDocument, type UnavailableFeature } from '@patronus/protocol';
import type { Logger } from 'pino';
import type { EmitEvent } from '../events.ts';
import type { AppliedReport, ProbeEngine, Reconciler } from '../ports.ts';
import type { DocumentStore } from '../state/index.ts';
import type { DocumentStatus } from '../status/index.ts';
import { ConfirmWindow } from './confirm-window.ts';
import { Enforcer } from './enforcer.ts';

export interface JourneyParts {
  readonly reconciler: Reconciler;
  readonly engine: Pick<ProbeEngine, 'configure'>;
  readonly store: Pick<DocumentStore, 'load' | 'save'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Logger;
  /** Hands a message to the connection; false while there is none. */
  readonly send: (message: EdgeMessage) => boolean;
  readonly event: EmitEvent;
  /** Told whenever another document is in force. */
  readonly inForce: (document: SiteDocument | null) => void;
}

type Verdict = Extract<EdgeMessage, { type: 'rejected' }>;

/**
 * Takes documents through: apply, tell the controller, wait for its confirmation, keep. One step at a time; a newer
 * document overtakes one that waits. A document that the kernel refuses, or after which the controller is not reached
 * within the confirm window, leaves the last good one in force, and the controller is told why when it is next heard.
 */
export class ChangeJourney {
  private readonly parts: JourneyParts;
  private readonly window: ConfirmWindow;
  private readonly enforcer: Enforcer;
  private lastGood: SiteDocument | null = null;
  private inForce: SiteDocument | null = null;
  private wanted: SiteDocument | null = null;
  private unsaid: Verdict | null = null;
  private problem: string | null = null;
  private applyMs = 0;
  private unavailable: readonly UnavailableFeature[] = [];
  private dropsCopies = false;
  private abilitiesTold = '{}';
  private keysTold = '';
  private queue: Promise<void> = Promise.resolve();
  private steps = 0;
  private stopped = false;

  constructor(parts: JourneyParts) {
    this.parts = parts;
    this.window = new ConfirmWindow(parts.clock, parts.timers);
    this.enforcer = new Enforcer(parts, () => void this.reapply());
  }

  /** Puts the last good document into force, with no controller needed. */
  async boot(): Promise<void> {
    const { document, damaged } = await this.parts.store.load();
    for (const each of damaged) {
      const used = document === null ? 'there is none before it' : 'the one before it is used';
      const text = `A stored configuration is damaged (${each.reason}) and was put aside; ${used}`;
      this.parts.event('edge_error', 'error', text, { moved_to: each.movedTo });
    }
    this.lastGood = document;
    if (document === null) return;
    await this.inTurn(async () => {
      // What an earlier run left in the kernel forwards even if it cannot be renewed now; then it must be steered too.
      if (!(await this.enforce(document))) await this.configureEngine(document);
    });
  }

  /** A document as it came from the controller. */
  offer(value: unknown): void {
    const parsed = parseSiteDocument(value);
    if (!parsed.ok) return this.refuseUnread(value, parsed.error);
    const document = parsed.value;
    const blame = this.window.blames(document.version);
    if (blame !== null) return this.reject(document.version, blame);
    if (document.version === (this.wanted ?? this.inForce)?.version) return this.tellApplied();
    this.wanted = document;
    void this.inTurn(() => this.takeUp());
  }

  /** The controller heard that a document is applied: if it is the one in force, it becomes the last good one. */
  confirm(version: string): void {
    const document = this.inForce;
    if (document === null || document.version !== version || !this.isPending()) return;
    this.window.close();
    this.lastGood = document;
    void this.inTurn(() => this.keep(document));
  }

  /** Told after welcome: says again whatever the controller may not have heard. */
  async online(): Promise<void> {
    this.window.reachedController();
    if (this.unsaid !== null && this.parts.send(this.unsaid)) this.unsaid = null;
    if (this.isPending() || JSON.stringify(this.abilities()) !== this.abilitiesTold) this.tellApplied();
    await this.tellKeys(true);
  }

  /** Brings the kernel back to what must be in force, after something else may have changed it. */
  reapply(): Promise<void> {
    return this.inTurn(async () => {
      const document = this.enforcer.required ?? this.inForce ?? this.lastGood;
      if (document !== null) await this.enforce(document);
    });
  }

  /** Ends the journey; the kernel is left as it is. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.window.close();
    this.enforcer.stop();
    await this.queue;
  }

  get document(): SiteDocument | null {
    return this.inForce;
  }

  status(): DocumentStatus | null {
    if (this.inForce === null) return null;
    return {
      version: this.inForce.version,
      confirmed: !this.isPending(),
      problem: this.problem,
      unavailable: this.unavailable,
    };
  }

  /** Whether a step is being taken, so that what changes in the kernel now is our own doing. */
  get isBusy(): boolean {
    return this.steps > 0;
  }

  private isPending(): boolean {
    return this.inForce !== null && this.inForce.version !== this.lastGood?.version;
  }

  private inTurn(step: () => Promise<void>): Promise<void> {
    this.steps += 1;
    this.queue = this.queue
      .then(() => (this.stopped ? undefined : step()))
      .catch((error: unknown) => {
        this.parts.log.error({ err: error }, 'a step of a change failed');
        this.parts.event('edge_error', 'error', `A change of configuration went wrong: ${messageOf(error)}`, {});
      })
      .finally(() => (this.steps -= 1));
    return this.queue;
  }

  private async takeUp(): Promise<void> {
    const document = this.wanted;
    if (document === null) return;
    this.wanted = null;
    let report: AppliedReport;
    try {
      report = await this.parts.reconciler.apply(document);
    } catch (error) {
      return this.reject(document.version, messageOf(error), restoredBy(error));
    }
    this.applyMs = report.applyMs;
    this.problem = null;
    this.enforcer.settled();
    this.window.close();
    await this.nowInForce(document, report);
    if (this.isPending()) this.window.open(document, () => void this.inTurn(() => this.giveUp(document)));
    this.tellApplied();
  }

  /** The confirm window has ended unheard. */
  private async giveUp(document: SiteDocument): Promise<void> {
    if (this.inForce !== document || !this.isPending()) return;
    const reason = `the controller did not confirm it within ${document.confirmWindowMs / 1000} s of applying it`;
    this.window.giveUp(document.version, reason);
    const restored = this.lastGood;
    if (restored !== null) await this.enforce(restored);
    else await this.forceNothing();
    this.reject(document.version, reason);
    const what = restored === null ? 'there was none before, so nothing is in force' : 'the last good one is restored';
    this.parts.event('config_rolled_back', 'error', `A new configuration was given up: ${reason}; ${what}`, {
      version: document.version,
      restored: restored?.version ?? null,
    });
  }

  private async forceNothing(): Promise<void> {
    this.inForce = null;
    this.parts.inForce(null);
    await this.parts.reconciler.clean();
  }

  private async enforce(document: SiteDocument): Promise<boolean> {
    const report = await this.enforcer.enforce(document, this.inForce === null ? 'adopt' : 'apply');
    if (report !== null) await this.nowInForce(document, report);
    return report !== null;
  }

  private async nowInForce(document: SiteDocument, report: AppliedReport): Promise<void> {
    const isNew = this.inForce?.version !== document.version;
    this.nowUnavailable(report.unavailable);
    this.dropsCopies = report.dropsCopies;
    this.inForce = document;
    const facts = { version: document.version, steps: report.steps, applyMs: Math.round(report.applyMs) };
    if (report.steps.length > 0) this.parts.log.info(facts, 'changed the kernel');
    if (isNew) this.parts.inForce(document);
    if (isNew || report.groupsTouched) await this.configureEngine(document);
    if (isNew) await this.tellKeys(false);
  }

  /** Each refusal becomes an event once. */
  private nowUnavailable(unavailable: readonly UnavailableFeature[]): void {
    for (const { feature, reason } of unavailable) {
      if (this.unavailable.some((known) => known.feature === feature)) continue;
      const text = `This edge does without ${feature}: ${reason}`;
      this.parts.event('edge_error', 'warning', text, { feature });
    }
    this.unavailable = unavailable;
  }

  private async configureEngine(document: SiteDocument): Promise<void> {
    try {
      await this.parts.engine.configure(document);
    } catch (error) {
      this.parts.event('edge_error', 'error', `Probing could not be set up: ${messageOf(error)}`, {});
    }
  }

  private async keep(document: SiteDocument): Promise<void> {
    try {
      await this.parts.store.save(document);
    } catch (error) {
      const text = `The confirmed configuration is in force but could not be kept on disk: ${messageOf(error)}`;
      this.parts.event('edge_error', 'error', text, { version: document.version });
    }
  }

  /** Told anew after welcome where it has changed: another kernel may run than when the document was applied. */
  private abilities(): Pick<Extract<EdgeMessage, { type: 'applied' }>, 'unavailable' | 'dropsCopies'> {
    return {
      ...(this.unavailable.length > 0 ? { unavailable: this.unavailable } : {}),
      ...(this.dropsCopies ? { dropsCopies: true } : {}),
    };
  }

  private tellApplied(): void {
    const version = this.inForce?.version;
    if (version === undefined || this.wanted !== null) return;
    const abilities = this.abilities();
    const told = this.parts.send({ type: 'applied', version, applyMs: this.applyMs, ...abilities });
    if (told) this.abilitiesTold = JSON.stringify(abilities);
  }

  private refuseUnread(value: unknown, problems: readonly FieldProblem[]): void {
    const reason = problems.map((each) => `${each.field} ${each.problem}`).join('; ');
    const version = (value as { version?: unknown } | null)?.version;
    if (typeof version === 'string') return this.reject(version, `it cannot be read: ${reason}`);
    this.parts.event('edge_error', 'error', `The controller sent a configuration that is none: ${reason}`, {});
  }

  private reject(version: string, reason: string, restored = this.inForce?.version ?? null): void {
    this.parts.log.error({ version, restored }, `document rejected: ${reason}`);
    this.problem = reason;
    const verdict: Verdict = { type: 'rejected', version, reason, restored };
    if (!this.parts.send(verdict)) {
      this.unsaid = verdict;
      return;
    }
    this.unsaid = null;
    this.window.reachedController();
  }

  /** Tells the public keys of the tunnels: all of them after welcome, else only when they changed. */
  private async tellKeys(always: boolean): Promise<void> {
    try {
      const keys = await this.parts.reconciler.tunnelKeys();
      const text = JSON.stringify(keys);
      if (Object.keys(keys).length === 0 || (!always && text === this.keysTold)) return;
      if (this.parts.send({ type: 'tunnel_keys', keys })) this.keysTold = text;
    } catch (error) {
      this.parts.event('edge_error', 'error', `The keys of the tunnels could not be read: ${messageOf(error)}`, {});
    }
  }
}

/** The version that is in force after a failed change, as far as the reconciler says; undefined where it does not. */
function restoredBy(error: unknown): string | null | undefined {
  const restored = error instanceof PatronusError ? error.facts['restored'] : undefined;
  return typeof restored === 'string' || restored === null ? restored : undefined;
}

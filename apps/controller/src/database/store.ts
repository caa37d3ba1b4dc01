import { randomUUID } from 'node:crypto';
import {
  PatronusError,
  type Clock,
  type ErrorCode,
  type EventType,
  type NetworkEvent,
  type Severity,
} from '@patronus/core';
import type { Actor, AuditEntry, AuditLog } from '../audit/index.ts';
import { Broadcast } from './broadcast.ts';
import type { Db, DbTransaction } from './schema.ts';
import { sqliteFailure } from './sqlite-failure.ts';
import { inTransaction } from './transaction.ts';
import { eventRepository } from '../repositories/event-repository.ts';

/** An event with the site it belongs to, as it is stored and shown. */
export interface RecordedEvent extends NetworkEvent {
  readonly siteId: string | null;
  readonly site: string | null;
}

export interface NewEvent {
  readonly eventType: EventType;
  readonly severity?: Severity;
  /** One sentence with names. */
  readonly message: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly site?: { readonly id: string; readonly name: string };
}

/** One transaction and what the world shall hear of once it is committed. */
export interface Change {
  readonly db: DbTransaction;
  /** The wall clock when the change began, whole unix ms. */
  readonly at: number;
  /** Stores an event with the change and publishes it after. */
  event(event: NewEvent): Promise<void>;
  /** Writes down who did what, with the change: where that fails, nothing of the change is stored. */
  audit(by: Actor, entry: AuditEntry): Promise<void>;
  /** Runs after the commit, never after a roll-back. */
  afterCommit(action: () => void): void;
  /** Says that documents may differ after this change. */
  touchIntent(): void;
}

/**
 * The only way to write: all of a change or none of it, one at a time. Work inside a change must use `change.db`; the
 * store's own handle would wait for the change to end.
 */
export class Store {
  readonly db: Db;
  readonly audit: AuditLog;
  readonly events = new Broadcast<RecordedEvent>();
  readonly #clock: Clock;
  readonly #intentListeners = new Set<() => void>();
  /** The change that was asked for last; the next one begins after it. */
  #last: Promise<unknown> = Promise.resolve();
  #writeFailure: PatronusError | null = null;
  #version = 0;

  constructor(db: Db, clock: Clock, audit: AuditLog) {
    this.db = db;
    this.#clock = clock;
    this.audit = audit;
  }

  /** Why the last write could not be stored, or null while writing works. */
  get writeFailure(): PatronusError | null {
    return this.#writeFailure;
  }

  /** Another number after every change that was committed here. */
  get version(): number {
    return this.#version;
  }

  get wallMs(): number {
    return Math.round(this.#clock.wall());
  }

  onIntentChange(listener: () => void): void {
    this.#intentListeners.add(listener);
  }

  /** Reads what belongs together as it is at one moment. */
  snapshot<T>(read: (db: DbTransaction) => Promise<T>): Promise<T> {
    return this.db.transaction().execute(read);
  }

  /**
   * Errors: `disk_full` when the database cannot grow, `database_unavailable` and `timeout` when it cannot be reached or takes
   * too long; everything that `work` throws. Nothing of the change is stored then.
   */
  change<T>(work: (change: Change) => Promise<T>): Promise<T> {
    const changed = this.#last.then(() => this.#change(work));
    this.#last = changed.catch(() => undefined);
    return changed;
  }

  async #change<T>(work: (change: Change) => Promise<T>): Promise<T> {
    const events: RecordedEvent[] = [];
    const actions: (() => void)[] = [];
    const at = this.wallMs;
    try {
      const result = await inTransaction(this.db, (db) =>
        work({
          db,
          at,
          event: async (event) => {
            const recorded = recordedEvent(event, at);
            await eventRepository.insert(db, recorded);
            events.push(recorded);
          },
          audit: (by, entry) => this.audit.append(db, at, by, entry),
          afterCommit: (action) => actions.push(action),
          touchIntent: () => actions.push(...this.#intentListeners),
        }),
      );
      this.#writeFailure = null;
      this.#version += 1;
      for (const action of new Set(actions)) action();
      for (const event of events) this.events.publish(event);
      return result;
    } catch (thrown) {
      const failure = sqliteFailure(thrown);
      if (failure instanceof PatronusError && writeFailures.has(failure.code)) this.#writeFailure = failure;
      throw failure;
    }
  }

  close(): Promise<void> {
    return this.db.destroy();
  }
}

/** What keeps everything from being written, not this change only. */
const writeFailures: ReadonlySet<ErrorCode> = new Set(['disk_full', 'database_unavailable']);

const recordedEvent = (event: NewEvent, at: number): RecordedEvent => ({
  id: randomUUID(),
  timestamp: at,
  eventType: event.eventType,
  severity: event.severity ?? 'info',
  message: event.message,
  metadata: event.metadata ?? {},
  siteId: event.site?.id ?? null,
  site: event.site?.name ?? null,
});

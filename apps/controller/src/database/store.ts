import { randomUUID } from 'node:crypto';
import { PatronusError, type Clock, type ErrorCode, type EventType, type NetworkEvent } from '@patronus/core';
import { usualSeverity, type EventMetadata, type EventSeverity } from '@patronus/protocol';
import type { Actor, AuditEntry, AuditLog } from '../audit/index.ts';
import { Broadcast } from './broadcast.ts';
import type { Db, DbTransaction } from './schema.ts';
import { sqliteFailure } from './sqlite-failure.ts';
import { inTransaction } from './transaction.ts';
import { eventRepository } from '../repositories/event-repository.ts';
import { enqueueEvent } from '../sinks/enqueue-event.ts';

/** An event with the site it belongs to, as it is stored and shown. */
export interface RecordedEvent extends NetworkEvent {
  readonly siteId: string | null;
  readonly site: string | null;
  /** Who took note of it and when, unix ms; null until somebody does. */
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAt: number | null;
}

/** An event of the controller's own, as the catalogue has it. */
export interface NewEvent<T extends EventType> {
  readonly eventType: T;
  /** The usual one of its type where nothing is said. */
  readonly severity?: EventSeverity<T>;
  /** One sentence with names. */
  readonly message: string;
  readonly site?: { readonly id: string; readonly name: string };
  readonly metadata: EventMetadata<T>;
}

/** One transaction and what the world shall hear of once it is committed. */
export interface Change {
  readonly db: DbTransaction;
  /** The wall clock when the change began, whole unix ms. */
  readonly at: number;
  /** Stores an event with the change and publishes it after. */
  event<T extends EventType>(event: NewEvent<T>): Promise<void>;
  /** The same for one that an edge told; one that was told before is passed over. */
  report(event: NetworkEvent, site: { readonly id: string; readonly name: string }): Promise<void>;
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
  readonly #deliveryListeners = new Set<() => void>();
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

  /** Told when an event was queued for a sink. */
  onDeliveryQueued(listener: () => void): void {
    this.#deliveryListeners.add(listener);
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
    const record = async (db: DbTransaction, event: RecordedEvent): Promise<void> => {
      if (!(await eventRepository.insert(db, event))) return;
      events.push(event);
      if (await enqueueEvent(db, event, at)) actions.push(...this.#deliveryListeners);
    };
    try {
      const result = await inTransaction(this.db, (db) =>
        work({
          db,
          at,
          event: (event) => record(db, ownEvent(event, at)),
          report: (event, site) => record(db, { ...event, ...ofSite(site), ...notAcknowledged }),
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

const notAcknowledged = { acknowledgedBy: null, acknowledgedAt: null } as const;

const ofSite = (site: { readonly id: string; readonly name: string } | undefined) => ({
  siteId: site?.id ?? null,
  site: site?.name ?? null,
});

const ownEvent = <T extends EventType>(event: NewEvent<T>, at: number): RecordedEvent => ({
  id: randomUUID(),
  timestamp: at,
  eventType: event.eventType,
  severity: event.severity ?? usualSeverity(event.eventType),
  message: event.message,
  metadata: event.metadata as NetworkEvent['metadata'],
  ...ofSite(event.site),
  ...notAcknowledged,
});

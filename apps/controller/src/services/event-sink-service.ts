import { randomUUID } from 'node:crypto';
import { messageOf } from '@patronus/core';
import { changesBetween, type Actor, type AuditEntry } from '../audit/index.ts';
import type { Change, Store } from '../database/store.ts';
import { eventDeliveryRepository } from '../repositories/event-delivery-repository.ts';
import { eventSinkRepository, type EventSinkRow } from '../repositories/event-sink-repository.ts';
import { siteRepository } from '../repositories/site-repository.ts';
import { placeOf, type SecretBox } from '../secrets/index.ts';
import {
  newWebhookSecret,
  sendTo,
  type EventFilterInput,
  type EventSinkChanges,
  type EventSinkInput,
  type Senders,
  type SentEvent,
  type SinkTarget,
  type TargetPolicy,
} from '../sinks/index.ts';
import { checkSinkName, checkTarget, resolveFilter, shownTarget, type CheckedTarget } from './event-sink-input.ts';
import {
  deadLetter,
  deadLetterCursor,
  sinkView,
  type DeadLetter,
  type EventSinkView,
  type NewEventSink,
} from './event-sink-view.ts';
import { checkVersion, type ExpectedVersions } from './expected-version.ts';
import { found } from './found.ts';
import { once, shownOnce } from './once.ts';
import { maxPageSize, readCursor, type Page, type PageRequest } from './page.ts';
import { Problems } from './problems.ts';

export interface SinkTest {
  readonly delivered: boolean;
  readonly durationMs: number;
  /** Why it was not delivered; null where it was. */
  readonly error: string | null;
}

export interface EventSinkParts {
  readonly store: Store;
  readonly secrets: Pick<SecretBox, 'seal' | 'unseal'>;
  readonly senders: Senders;
  readonly policy: TargetPolicy;
  /** Something may be sent that could not before. */
  readonly wake: () => void;
}

/** Where events are sent to. */
export class EventSinkService {
  readonly #parts: EventSinkParts;

  constructor(parts: EventSinkParts) {
    this.#parts = parts;
  }

  async list(): Promise<EventSinkView[]> {
    const { db } = this.#parts.store;
    const names = await this.#siteNames();
    const rows = await eventSinkRepository.list(db);
    return Promise.all(
      rows.map(async (row) => sinkView(row, await eventDeliveryRepository.count(db, row.sink_id), names)),
    );
  }

  async get(idOrName: string): Promise<EventSinkView> {
    const row = await this.#find(idOrName);
    return sinkView(
      row,
      await eventDeliveryRepository.count(this.#parts.store.db, row.sink_id),
      await this.#siteNames(),
    );
  }

  /**
   * `onceKey` makes it one sink however often it is asked for, see {@link once}. Errors: `invalid_input`; `conflict` when it
   * was made by an earlier request and is a webhook, as nobody can be told its key again.
   */
  async create(by: Actor, input: EventSinkInput, onceKey?: string): Promise<NewEventSink> {
    const secret = input.webhook === undefined ? null : newWebhookSecret();
    // A password is no part of what is remembered: a fast hash of it could be guessed.
    const { password: _password, ...email } = input.email ?? {};
    const request = { by, key: onceKey, operation: 'event_sink_created', input: { ...input, email } };
    const { id, isRepeated } = await this.#parts.store.change((change) =>
      once(change, request, () => this.#add(change, by, input, secret)),
    );
    if (isRepeated && secret !== null) throw shownOnce('event sink', id, 'delete');
    return { ...(await this.get(id)), secret };
  }

  async #add(change: Change, by: Actor, input: EventSinkInput, key: string | null): Promise<string> {
    const id = randomUUID();
    const problems = new Problems();
    const name = await checkedName(change, input.name, null, problems);
    const place = checkTarget(input, this.#parts.policy, problems);
    if (place === null) problems.add('webhook', 'is missing', 'say webhook, syslog or email');
    const filter = await resolveFilter(change.db, input.filter ?? {}, problems);
    problems.throwIfAny();
    const { kind, target, password } = place!;
    await eventSinkRepository.insert(change.db, {
      sink_id: id,
      name,
      kind,
      enabled: input.enabled === false ? 0 : 1,
      filter: JSON.stringify(filter),
      target: JSON.stringify(target),
      secret: this.#sealed(id, key ?? password),
      created_at: change.at,
      updated_at: change.at,
    });
    const details = { kind, enabled: input.enabled !== false, filter, target: shownTarget(target) };
    await announce(change, by, 'created', { id, name }, details);
    return id;
  }

  /**
   * A place takes that of the same kind away whole. What waits is tried at once. Errors: `not_found`, `version_mismatch`,
   * `invalid_input`.
   */
  async update(
    by: Actor,
    idOrName: string,
    changes: EventSinkChanges,
    expected?: ExpectedVersions,
  ): Promise<EventSinkView> {
    const { store, policy, wake } = this.#parts;
    const id = await store.change(async (change) => {
      const row = found(await eventSinkRepository.find(change.db, idOrName), 'event sink', idOrName);
      checkVersion('event sink', row.name, row.version, expected);
      const problems = new Problems();
      const name = await checkedName(change, changes.name ?? row.name, row.sink_id, problems);
      const place = checkTarget(changes, policy, problems);
      checkKind(row, place, problems);
      const before = JSON.parse(row.filter) as EventFilterInput;
      const filter = changes.filter === undefined ? before : await resolveFilter(change.db, changes.filter, problems);
      problems.throwIfAny();
      const next = {
        name,
        enabled: changes.enabled === undefined ? row.enabled : changes.enabled ? (1 as const) : (0 as const),
        filter: JSON.stringify(filter),
        target: place === null ? row.target : JSON.stringify(place.target),
        secret: place !== null && place.kind === 'email' ? this.#sealed(row.sink_id, place.password) : row.secret,
      };
      const changed = changesBetween(shown(row), shown(next));
      // What of a place may not be told may have changed as well.
      const isPlaceNew = next.target !== row.target || !(await this.#isSame(row, next.secret));
      if (Object.keys(changed).length === 0 && !isPlaceNew) return row.sink_id;
      await eventSinkRepository.update(change.db, row.sink_id, { ...next, updated_at: change.at });
      await eventDeliveryRepository.hasten(change.db, row.sink_id, change.at);
      const details = isPlaceNew ? { ...changed, place: 'changed' } : changed;
      await announce(change, by, 'updated', { id: row.sink_id, name }, details);
      return row.sink_id;
    });
    wake();
    return this.get(id);
  }

  /** What waits for it goes with it. Errors: `not_found`, `version_mismatch`. */
  async delete(by: Actor, idOrName: string, expected?: ExpectedVersions): Promise<void> {
    await this.#parts.store.change(async (change) => {
      const row = found(await eventSinkRepository.find(change.db, idOrName), 'event sink', idOrName);
      checkVersion('event sink', row.name, row.version, expected);
      const { queued, dead } = await eventDeliveryRepository.count(change.db, row.sink_id);
      await eventSinkRepository.delete(change.db, row.sink_id);
      await announce(change, by, 'deleted', { id: row.sink_id, name: row.name }, { queued, dead });
    });
  }

  /** A new key for a webhook; the old one signs nothing any more. Errors: `not_found`, `invalid_input` for other kinds. */
  async renewSecret(by: Actor, idOrName: string): Promise<NewEventSink> {
    const secret = newWebhookSecret();
    const id = await this.#parts.store.change(async (change) => {
      const row = found(await eventSinkRepository.find(change.db, idOrName), 'event sink', idOrName);
      const problems = new Problems();
      if (row.kind !== 'webhook') problems.add('sink', `"${row.name}" is no webhook`, 'only webhooks are signed');
      problems.throwIfAny();
      await eventSinkRepository.update(change.db, row.sink_id, {
        secret: this.#sealed(row.sink_id, secret),
        updated_at: change.at,
      });
      const target = { type: 'event_sink', id: row.sink_id, name: row.name } as const;
      await change.audit(by, { action: 'event_sink_secret_renewed', target });
      return row.sink_id;
    });
    return { ...(await this.get(id)), secret };
  }

  /** Sends an event of type `test` now, past the queue. Errors: `not_found`. */
  async test(by: Actor, idOrName: string): Promise<SinkTest> {
    const { store } = this.#parts;
    const row = await this.#find(idOrName);
    const started = performance.now();
    const error = await sendTo(row, [testEvent(store.wallMs, by.name)], this.#parts).then(() => null, messageOf);
    const target = { type: 'event_sink', id: row.sink_id, name: row.name } as const;
    const result = error === null ? 'success' : 'failed';
    await store.change((change) =>
      change.audit(by, { action: 'event_sink_tested', target, result, details: { error } }),
    );
    return { delivered: error === null, durationMs: Math.round(performance.now() - started), error };
  }

  /** Events that were given up, oldest first. Errors: `not_found`. */
  async listDead(idOrName: string, { limit: asked, cursor }: PageRequest = {}): Promise<Page<DeadLetter>> {
    const row = await this.#find(idOrName);
    const limit = Math.min(asked ?? maxPageSize, maxPageSize);
    const after = cursor === undefined ? 0 : Number(readCursor(cursor, /^\d{1,16}$/)[0]);
    const rows = await eventDeliveryRepository.listDead(this.#parts.store.db, row.sink_id, after, limit + 1);
    const items = rows.slice(0, limit).map(deadLetter);
    const last = items.at(-1);
    return { items, nextCursor: rows.length > limit && last !== undefined ? deadLetterCursor(last) : null };
  }

  /** Puts events that were given up back into the queue, all or some; answers how many. Errors: `not_found`. */
  async redeliver(by: Actor, idOrName: string, ids?: readonly number[]): Promise<number> {
    const { store, wake } = this.#parts;
    const count = await store.change(async (change) => {
      const row = found(await eventSinkRepository.find(change.db, idOrName), 'event sink', idOrName);
      const revived = await eventDeliveryRepository.revive(change.db, row.sink_id, ids, change.at);
      if (revived === 0) return 0;
      const target = { type: 'event_sink', id: row.sink_id, name: row.name } as const;
      await change.audit(by, { action: 'event_sink_redelivered', target, details: { count: revived } });
      return revived;
    });
    wake();
    return count;
  }

  #sealed(id: string, secret: string | null): string | null {
    return secret === null ? null : this.#parts.secrets.seal(placeOf('event_sinks', id), secret);
  }

  /** Whether both are the same secret; each time that one is encrypted it looks different. */
  async #isSame({ sink_id, secret }: EventSinkRow, other: string | null): Promise<boolean> {
    if (secret === null || other === null) return secret === other;
    const place = placeOf('event_sinks', sink_id);
    const { secrets } = this.#parts;
    return secret === other || (await secrets.unseal(place, secret)) === (await secrets.unseal(place, other));
  }

  async #find(idOrName: string): Promise<EventSinkRow> {
    return found(await eventSinkRepository.find(this.#parts.store.db, idOrName), 'event sink', idOrName);
  }

  async #siteNames(): Promise<Map<string, string>> {
    const rows = await siteRepository.list(this.#parts.store.db);
    return new Map(rows.map((row) => [row.site_id, row.name]));
  }
}

async function checkedName(change: Change, told: string, ownId: string | null, problems: Problems): Promise<string> {
  const name = told.trim();
  checkSinkName(name, problems);
  const namesake = await eventSinkRepository.find(change.db, name);
  if (namesake !== undefined && namesake.sink_id !== ownId) {
    problems.add('name', `there is an event sink "${namesake.name}" already`, 'choose another name');
  }
  return name;
}

function checkKind(row: EventSinkRow, place: CheckedTarget | null, problems: Problems): void {
  if (place === null || place.kind === row.kind) return;
  problems.add(place.kind, `"${row.name}" is of the kind ${row.kind}`, 'make another sink');
}

/** What of a sink may be told. */
const shown = (row: Pick<EventSinkRow, 'name' | 'enabled' | 'filter' | 'target'>): Record<string, unknown> => ({
  name: row.name,
  enabled: row.enabled === 1,
  filter: JSON.parse(row.filter) as unknown,
  target: shownTarget(JSON.parse(row.target) as SinkTarget),
});

async function announce(
  change: Change,
  by: Actor,
  done: 'created' | 'updated' | 'deleted',
  sink: { readonly id: string; readonly name: string },
  details: NonNullable<AuditEntry['details']>,
): Promise<void> {
  await change.audit(by, { action: `event_sink_${done}`, target: { type: 'event_sink', ...sink }, details });
  const message = `Event sink ${sink.name} was ${done === 'updated' ? 'changed' : done}`;
  await change.event({ eventType: `object_${done}`, message, metadata: { object: 'event_sink', id: sink.id } });
}

const testEvent = (at: number, by: string): SentEvent => ({
  id: randomUUID(),
  timestamp: at,
  event_type: 'test',
  severity: 'info',
  message: `A test by ${by}: events arrive here`,
  metadata: {},
  site_id: null,
  site: null,
});

import Type, { type Static, type TObject, type TProperties } from 'typebox';
import { validatorOf } from './validator-of.ts';
import type { EventType, NetworkEvent, Severity } from '@patronus/core';

/** One kind of event: how serious it is, what it says, and what its metadata hold. */
interface EventKind {
  /** The usual one first. */
  readonly severities: readonly [Severity, ...Severity[]];
  readonly about: string;
  readonly metadata: TObject;
}

const kind = <const S extends EventKind['severities'], P extends TProperties>(
  severities: S,
  about: string,
  metadata: P,
) => ({ severities, about, metadata: Type.Object(metadata, { additionalProperties: false }) });

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);
const text = Type.String();
const time = Type.Number({ description: 'unix ms' });
const ms = Type.Number({ description: 'ms' });
const figure = (description: string) => Nullable(Type.Number({ description }));

const path = {
  path_id: text,
  source_label: text,
  dest_label: text,
  dest_site: text,
};
const pathState = {
  ...path,
  cause: Nullable(text),
  previous: text,
  first_missed_at: figure('unix ms; null where no probe was missed'),
  rtt: figure('ms'),
  latency: figure('ms'),
  jitter: figure('ms'),
  loss: figure('percent'),
  failed_direction: Type.Optional(
    Nullable(
      Type.Enum(['forward', 'reverse_or_both'], {
        description: 'which way nothing passes, as the source can tell; null where it cannot, or is not down',
      }),
    ),
  ),
};
const ends = Type.Array(Type.Object({ path_id: text, label: Nullable(text), remote_label: Nullable(text) }));
const move = {
  policy: text,
  policy_id: Type.Integer(),
  dest_site: text,
  cause: text,
  kind: text,
  from: ends,
  to: ends,
  first_missed_at: figure('unix ms; null where no probe was missed'),
  decided_at: time,
  kernel_at: figure('unix ms; null where the kernel was not changed'),
  outage_estimate_ms: figure('ms; of a failover that the kernel took'),
};
const uplink = { label: text, device: text };
const object = {
  object: Type.String({ description: 'site, endpoint, policy, …' }),
  id: Type.Optional(Type.Union([text, Type.Integer()])),
};

/**
 * Every event there is. Whoever emits one is held to this by its types, and tests hold what was really emitted to it;
 * `docs/events.md` shows the same.
 */
export const eventCatalogue = {
  site_online: kind(['info'], 'the edge of a site connected', {}),
  site_offline: kind(['warning'], 'the edge of a site has no connection to the controller', {}),
  site_enrolled: kind(['info'], 'an edge joined its site', { edge_id: text }),
  config_applied: kind(['info'], 'a site has a new configuration in force', { version: text, apply_ms: Nullable(ms) }),
  config_rejected: kind(['error'], 'an edge could not put a configuration into force', {
    version: text,
    reason: text,
    restored: Nullable(text),
  }),
  config_rolled_back: kind(['error'], 'an edge took a configuration back that the controller did not confirm', {
    version: text,
    restored: Nullable(text),
  }),
  path_up: kind(['info'], 'a path carries traffic as it should', pathState),
  path_degraded: kind(['warning'], 'a path loses or delays too much', pathState),
  path_down: kind(['warning'], 'a path answers no more', pathState),
  path_override_set: kind(['info'], 'somebody took a path out of use', {
    ...path,
    reason: text,
    by: text,
    expires_at: figure('unix ms; null where it holds until it is released'),
  }),
  path_override_cleared: kind(['info'], 'a path may be used again', {
    ...path,
    by: Nullable(text),
    cause: Type.Enum(['released', 'expired']),
  }),
  failover: kind(['warning'], 'traffic left a path that was no longer usable', move),
  failback: kind(['info'], 'traffic returned to the path that its policy prefers', move),
  better_path: kind(['info'], 'traffic moved to a path that suits it better', move),
  policy_unserved: kind(['error'], 'no usable path is left for the traffic of a policy', move),
  uplink_up: kind(['info'], 'an uplink has its carrier and address again', uplink),
  uplink_down: kind(['warning'], 'an uplink lost its carrier or its address', uplink),
  flow_logged: kind(['info'], 'flows began that their policy logs; the latest of them is told', {
    policy: text,
    policy_id: Type.Integer(),
    flows: Type.Integer({ description: 'that the kernel told of since the event before; it tells of ten a second' }),
    protocol: text,
    source: text,
    destination: text,
    source_port: Nullable(Type.Integer()),
    destination_port: Nullable(Type.Integer()),
  }),
  clock_skew: kind(['warning'], "an edge's clock is far from the controller's", { skew_ms: ms }),
  telemetry_dropped: kind(['warning', 'error'], 'an edge gave reports up', {
    batches: Type.Optional(Type.Integer()),
    from: Type.Optional(time),
    to: Type.Optional(time),
    sequence: Type.Optional(Type.Integer()),
  }),
  edge_started: kind(['info'], 'the program of an edge started', { version: text }),
  edge_error: kind(['error', 'warning'], 'something went wrong on an edge', {
    version: Type.Optional(text),
    moved_to: Type.Optional(text),
    group: Type.Optional(Type.Integer()),
    errno: Type.Optional(Type.Integer()),
    cause: Type.Optional(text),
    feature: Type.Optional(text),
  }),
  object_created: kind(['info'], 'somebody created a site, endpoint, policy or key', object),
  object_updated: kind(['info', 'warning'], 'somebody changed one, or a purge did', {
    ...object,
    links: Type.Optional(Nullable(Type.Array(Type.Object({ a: text, b: text })))),
  }),
  object_deleted: kind(['info'], 'somebody deleted one', { ...object, purge_at: Type.Optional(time) }),
  object_restored: kind(['info'], 'somebody put a deleted one back', object),
  object_purged: kind(['info'], 'a deleted one was removed for good', object),
  sign_in: kind(['info'], 'a user signed in', {}),
  sign_in_failed: kind(['warning'], 'a sign-in was refused', {}),
  events_acknowledged: kind(['info'], 'somebody took note of events', {
    by: text,
    count: Type.Integer(),
    ids: Type.Array(text),
  }),
} satisfies Record<EventType, EventKind>;

type Catalogue = typeof eventCatalogue;

/** An object without fields is `object` to the library, which would take any. */
type Closed<M> = keyof M extends never ? Record<string, never> : M;
export type EventMetadata<T extends EventType> = Closed<Static<Catalogue[T]['metadata']>>;
export type EventSeverity<T extends EventType> = Catalogue[T]['severities'][number];

/** What an event says, with the metadata that its type has. */
export interface EventContent<T extends EventType = EventType> {
  readonly eventType: T;
  readonly severity: EventSeverity<T>;
  /** One sentence with names, not ids. */
  readonly message: string;
  readonly metadata: EventMetadata<T>;
}

export const eventTypes = Object.keys(eventCatalogue) as EventType[];

export const severities: readonly Severity[] = ['info', 'warning', 'error'];

/** What is meant where nothing is said. */
export const usualSeverity = (type: EventType): Severity => eventCatalogue[type].severities[0];

/** What of an event is not as the catalogue has it; empty when all is. */
export function eventFaults({ eventType, severity, metadata }: Omit<NetworkEvent, 'id' | 'timestamp'>): string[] {
  const known: EventKind | undefined = eventCatalogue[eventType];
  if (known === undefined) return [`${eventType} is not in the catalogue`];
  return [
    ...(known.severities.includes(severity) ? [] : [`${eventType} is never ${severity}`]),
    ...validatorOf(known.metadata)
      .Errors(metadata)
      .map((error) => `${eventType} metadata${error.instancePath}: ${error.message}`),
  ];
}

import { toSnakeCase, type SnakeCased } from '@patronus/core';
import { Type, type TSchema } from 'typebox';
import type { RecordedEvent } from '../../database/index.ts';
import type { Standing } from '../../repositories/index.ts';
import { pageFields, type ListRequest } from '../../services/lists/index.ts';
import type { Page } from '../../services/page.ts';
import { natTypes } from '../../services/nat-type.ts';
import { ActionInputSchema, MatchInputSchema } from '../../services/policy-input.ts';
import type { PolicyView } from '../../services/policy-service.ts';

/** Views in the API's words, and the shapes that the OpenAPI document tells. */

export const Nullable = <T extends TSchema>(type: T) => Type.Union([type, Type.Null()]);
const time = Type.Integer({ description: 'Unix ms' });
export const version = Type.Integer({ description: 'Grows with every change of what people set; `If-Match` takes it' });
const figure = Nullable(Type.Number());

/** Of what can be deleted and restored; null while it is live. */
export const deletionFields = {
  deleted_at: Nullable(time),
  purge_at: Nullable(Type.Integer({ description: 'Until when it can be restored, unix ms' })),
};

export const EndpointSchema = Type.Object({
  id: Type.String(),
  site_id: Type.String(),
  site: Type.String(),
  label: Type.String(),
  device: Type.String(),
  address: Nullable(Type.String()),
  port: Type.Integer(),
  nat: Type.Boolean(),
  nat_type: Type.Enum([...natTypes], {
    description: 'What others see before it; translated where that is one of no known kind',
  }),
  public_address: Nullable(Type.String({ description: 'Where others see it' })),
  cost: Type.Integer(),
  profile: Type.String(),
  up_bps: Nullable(Type.Integer()),
  down_bps: Nullable(Type.Integer()),
  shaping: Type.String(),
  policing: Type.Boolean(),
  outer_dscp: Type.String(),
  slot: Type.Integer(),
  created_at: time,
  updated_at: time,
  version,
  ...deletionFields,
});

export const SiteSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  location: Type.String(),
  prefixes: Type.Array(Type.String()),
  tags: Type.Array(Type.String()),
  time_zone: Type.String(),
  latitude: Nullable(Type.Number()),
  longitude: Nullable(Type.Number()),
  status: Type.Enum(['new', 'online', 'offline']),
  config: Type.Object({
    status: Type.Enum(['pending', 'applied', 'rejected', 'offline']),
    reason: Nullable(Type.String()),
    version: Nullable(Type.String()),
    applied_version: Nullable(Type.String()),
    applied_at: Nullable(time),
  }),
  endpoints: Type.Array(EndpointSchema),
  created_at: time,
  updated_at: time,
  version,
  ...deletionFields,
});

export const PathSchema = Type.Object({
  id: Type.String(),
  source_endpoint_id: Type.String(),
  dest_endpoint_id: Type.String(),
  source_site: Type.String(),
  dest_site: Type.String(),
  source_label: Type.String(),
  dest_label: Type.String(),
  latency: figure,
  jitter: figure,
  loss: figure,
  rtt: figure,
  mos: figure,
  reverse_latency: figure,
  reverse_jitter: figure,
  reverse_loss: figure,
  reordering_percent: figure,
  duplication_percent: figure,
  copies: Nullable(
    Type.Object(
      {
        sent: Type.Integer({ description: 'Second copies that left by this path' }),
        single: Type.Integer({ description: 'Packets that left by this path alone, as they could not be stamped' }),
        first: Type.Integer({ description: 'Packets that arrived by this path before their twin' }),
        dropped: Type.Integer({ description: 'Copies that arrived after their twin, and were dropped' }),
        late: Type.Integer({ description: 'Copies that arrived too late to tell, and were dropped' }),
      },
      { description: 'Of packets that policies duplicate; null where none were' },
    ),
  ),
  bandwidth: Nullable(Type.Integer({ description: 'bit/s' })),
  health_status: Type.Enum(['unknown', 'up', 'degraded', 'down']),
  failed_direction: Nullable(
    Type.Enum(['forward', 'reverse', 'both'], { description: 'Where it is down and its ends can tell' }),
  ),
  since: Nullable(time),
  reported_at: Nullable(time),
  stale: Type.Boolean({ description: 'Not reported for a while: the figures are of the past' }),
  override: Nullable(
    Type.Object(
      { reason: Type.String(), by: Type.String(), since: time, expires_at: Nullable(time) },
      { description: 'Traffic keeps off the path while anything else is usable' },
    ),
  ),
});

export const DecisionSchema = Type.Object({
  policy_id: Type.Integer(),
  policy: Type.String(),
  priority: Type.Integer(),
  is_default: Type.Boolean(),
  source_site: Type.String(),
  dest_site: Type.String(),
  paths: Type.Array(
    Type.Object({
      path_id: Type.String(),
      weight: Type.Number(),
      source_label: Type.String(),
      dest_label: Type.String(),
    }),
  ),
  copy_path: Nullable(
    Type.Object(
      { path_id: Type.String(), source_label: Type.String(), dest_label: Type.String() },
      { description: 'A copy of each packet goes over this one as well' },
    ),
  ),
  sla_met: Type.Boolean(),
  reason: Type.String(),
  since: time,
});

export const EventSchema = Type.Object({
  id: Type.String(),
  timestamp: time,
  event_type: Type.String(),
  severity: Type.Enum(['info', 'warning', 'error']),
  message: Type.String(),
  metadata: Type.Record(Type.String(), Type.Unknown()),
  site_id: Nullable(Type.String()),
  site: Nullable(Type.String()),
  acknowledged_by: Nullable(Type.String()),
  acknowledged_at: Nullable(time),
});

export const PageSchema = <T extends TSchema>(items: T) =>
  Type.Object({ items: Type.Array(items), next_cursor: Nullable(Type.String()) });

const counterSchema = Type.Union([Type.Integer(), Type.String()], { description: '64 bits; text beyond 2^53' });

export const PolicySchema = Type.Object({
  id: Type.Integer(),
  class: Type.Integer(),
  priority: Type.Integer(),
  name: Type.String(),
  description: Type.String(),
  match_conditions: MatchInputSchema,
  action: ActionInputSchema,
  enabled: Type.Boolean(),
  is_default: Type.Boolean(),
  packets_matched: counterSchema,
  bytes_matched: counterSchema,
  created_at: Type.Integer(),
  updated_at: Type.Integer(),
  version,
  ...deletionFields,
});

/** A policy that never matches, or that competes with another. */
export const FindingSchema = Type.Object({
  kind: Type.Enum(['shadowed', 'unreachable', 'conflict']),
  policy_id: Type.Integer(),
  policy: Type.String(),
  others: Type.Array(Type.Object({ id: Type.Integer(), name: Type.String() })),
  message: Type.String(),
});

/** A switch of a query, off unless it is given. */
export const flag = (description: string) => Type.Optional(Type.Boolean({ description }));

/** What lists take that are paged and nothing more. */
export const pageQuery = { limit: Type.Optional(pageFields.limit), cursor: Type.Optional(pageFields.cursor) };
/** What lists of things that can be restored take. */
export const deletedQuery = { deleted: flag('Those that were deleted and can be restored, in place of the live ones') };

/** Whether a list shall tell what was deleted. */
export const standingOf = (request: ListRequest): Standing => (request['deleted'] === true ? 'deleted' : 'live');

export const pageAnswer = <T, A>(page: Page<T>, answer: (item: T) => A) => ({
  items: page.items.map(answer),
  next_cursor: page.nextCursor,
});

/** A 64-bit counter: a number as long as JavaScript holds it exactly, its digits as text beyond. */
export const counterAnswer = (counter: bigint): number | string =>
  counter <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(counter) : counter.toString();

export const policyAnswer = ({ packetsMatched, bytesMatched, ...policy }: PolicyView) => ({
  ...toSnakeCase(policy),
  packets_matched: counterAnswer(packetsMatched),
  bytes_matched: counterAnswer(bytesMatched),
});

/** Metadata is in the API's words already, and its keys are data. */
export const eventAnswer = ({ metadata, ...event }: RecordedEvent): SnakeCased<RecordedEvent> => ({
  ...toSnakeCase(event),
  metadata,
});

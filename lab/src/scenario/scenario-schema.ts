import Type, { type TProperties, type TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { Stream } from '../traffic/index.ts';
import type { CheckKind, StepAction } from './scenario.ts';
import { parseDuration } from './units.ts';

const name = Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' });
const siteName = Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$' });
const label = Type.String({ pattern: '^[a-z][a-z0-9-]{0,14}$' });
const duration = Type.Refine(
  Type.String(),
  (text) => parseDuration(text).ok,
  () => 'must be a duration such as 350ms or 3s',
);
/** A site, or one of its hosts: `branch`, `branch.h2`. */
const host = Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}(\\.h[0-9]+)?$' });
const count = Type.Integer({ minimum: 0 });
const percent = Type.Number({ minimum: 0, maximum: 100 });
const direction = Type.Optional(Type.Enum(['out', 'in', 'both']));
const program = Type.String({ pattern: '^(controller|edge:[a-z][a-z0-9-]{0,31})$' });
const optional = Type.Optional;

const only = (properties: TProperties): TSchema => Type.Object(properties, { additionalProperties: false });
const kinds = (schemas: object): TSchema => Type.Enum(Object.keys(schemas));
const compiled = <Kind extends string>(schemas: Record<Kind, TProperties>, shared: TProperties) =>
  Object.fromEntries(
    Object.entries<TProperties>(schemas).map(([kind, properties]) => [
      kind,
      Compile(only({ ...shared, ...properties })),
    ]),
  ) as Record<Kind, Validator>;

const streams: Record<Stream['kind'], TProperties> = {
  udp: {
    rate: Type.Number({ minimum: 1, maximum: 10_000 }),
    bytes: optional(Type.Integer({ minimum: 24, maximum: 1400 })),
    dscp: optional(Type.Integer({ minimum: 0, maximum: 63 })),
    flows: optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
  },
  tcp: { rate_mbit: Type.Number({ exclusiveMinimum: 0, maximum: 1000 }) },
  request: {
    rate: Type.Number({ minimum: 0.1, maximum: 200 }),
    bytes: optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    timeout: optional(duration),
  },
};

const line = { site: siteName, endpoint: label };
const steps: Record<StepAction['do'], TProperties> = {
  break: { ...line, direction, silent: optional(Type.Boolean()) },
  impair: {
    ...line,
    direction,
    delay_ms: optional(Type.Number({ minimum: 0, maximum: 10_000 })),
    jitter_ms: optional(Type.Number({ minimum: 0, maximum: 10_000 })),
    loss_percent: optional(percent),
    rate_mbit: optional(Type.Number({ exclusiveMinimum: 0 })),
    reorder_percent: optional(percent),
    duplicate_percent: optional(percent),
  },
  drain: line,
  undrain: line,
  heal: { site: optional(siteName), endpoint: optional(label) },
  kill: { program },
  start: { program },
  restart: { program },
};

const window = { after: optional(Type.String()), before: optional(Type.String()) };
const ofStream = { stream: name };
const carriage = {
  policy: Type.String({ minLength: 1 }),
  from: siteName,
  to: siteName,
  uses: Type.Array(label, { minItems: 1 }),
};
const pattern = {
  type: Type.String({ pattern: '^[a-z_]+$' }),
  site: optional(siteName),
  cause: optional(Type.String()),
  metadata: optional(Type.Object({})),
  has: optional(Type.Array(Type.String())),
};
const checks: Record<CheckKind, TProperties> = {
  outage: { ...ofStream, ...window, max: duration },
  loss: { ...ofStream, ...window, max_percent: percent },
  lost_packets: { ...ofStream, ...window, max: count },
  delay: { ...ofStream, ...window, max: duration },
  slow_packets: { ...ofStream, ...window, over: duration, max: count },
  reordering: { ...ofStream, ...window, max: count },
  tcp_survives: ofStream,
  stall: { ...ofStream, ...window, max: duration },
  failures: { ...ofStream, ...window, max: count },
  latency: { ...ofStream, ...window, max: duration },
  path: { ...carriage, ...window },
  event: { ...pattern, ...window, min: optional(count), max: optional(count) },
  event_order: { events: Type.Array(only(pattern), { minItems: 2 }) },
  telemetry: { from: siteName, to: siteName, endpoint: optional(label), ...window, max_gap: optional(duration) },
};

/** The file as a whole; each stream, step and expectation is then checked by its own schema below. */
export const fileSchema = Compile(
  only({
    name,
    description: Type.String({ minLength: 1 }),
    duration,
    settle: optional(duration),
    undisturbed: optional(duration),
    before: optional(Type.Array(only(carriage))),
    streams: Type.Array(Type.Object({ kind: kinds(streams) })),
    steps: optional(Type.Array(Type.Object({ do: kinds(steps) }))),
    expect: Type.Array(Type.Object({ check: kinds(checks) }), { minItems: 1 }),
  }),
);

export const streamSchemas = compiled(streams, {
  kind: Type.String(),
  name,
  from: host,
  to: host,
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
});
export const stepSchemas = compiled(steps, { do: Type.String(), at: duration, name: optional(name) });
export const checkSchemas = compiled(checks, { check: Type.String() });

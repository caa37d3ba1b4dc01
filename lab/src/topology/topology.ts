import Type, { type Static } from 'typebox';

const name = Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$' });
/** A label names a network device on the edge. */
const label = Type.String({ pattern: '^[a-z][a-z0-9-]{0,14}$' });
const milliseconds = Type.Number({ minimum: 0, maximum: 10_000 });
const megabits = Type.Number({ exclusiveMinimum: 0, maximum: 100_000 });
const exactly = { additionalProperties: false } as const;

const endpoint = Type.Object(
  {
    label,
    delay_ms: milliseconds,
    jitter_ms: Type.Optional(milliseconds),
    loss_percent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    up_mbit: Type.Optional(megabits),
    down_mbit: Type.Optional(megabits),
    nat: Type.Optional(Type.Boolean()),
    cost: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
    profile: Type.Optional(Type.Enum(['fast', 'default', 'metered'])),
  },
  exactly,
);

const site = Type.Object(
  {
    name,
    location: Type.Optional(Type.String({ maxLength: 200 })),
    latitude: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
    longitude: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
    lan: Type.String(),
    hosts: Type.Optional(Type.Integer({ minimum: 1, maximum: 16 })),
    endpoints: Type.Array(endpoint, { minItems: 1, maxItems: 16 }),
  },
  exactly,
);

const policy = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    description: Type.Optional(Type.String()),
    priority: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
    match_conditions: Type.Object({}),
    action: Type.Object({}),
  },
  exactly,
);

/** A lab as its YAML file writes it; see `lab/topologies/default.yaml`. */
export const topologySchema = Type.Object(
  {
    name,
    links: Type.Optional(Type.Array(Type.Tuple([label, label]))),
    sites: Type.Array(site, { minItems: 1, maxItems: 64 }),
    policies: Type.Optional(Type.Array(policy)),
  },
  exactly,
);

export type Topology = Static<typeof topologySchema>;
export type TopologySite = Topology['sites'][number];
export type TopologyEndpoint = TopologySite['endpoints'][number];
export type TopologyPolicy = NonNullable<Topology['policies']>[number];

import Type, { type TSchema } from 'typebox';
import {
  err,
  maxApplicationName,
  maxQosClasses,
  maxSlots,
  type FieldProblem,
  type NetworkEvent,
  type Result,
} from '@patronus/core';
import {
  maxCheckProbes,
  maxListedFlows,
  type DecisionReport,
  type EdgeMessage,
  type EnrolRequest,
  type FarEndAddress,
  type FlowReport,
  type LineReport,
  type PathCopies,
  type PathProbe,
  type PathReport,
  type PathTraffic,
  type PolicyCounter,
  type ApplicationTraffic,
  type PolicyFlows,
  type QueueReport,
  type TelemetryBatch,
  type UnavailableFeature,
  type UplinkFact,
} from './messages.ts';
import { addressText, checked, choice, integer, nullable, open, uuidText } from './schema-kit.ts';

type Kind = EdgeMessage['type'];
type MessageOf<K extends Kind> = Extract<EdgeMessage, { type: K }>;

/** A message from an edge, or why it is none. Unknown fields are passed over. */
export function parseEdgeMessage(text: string): Result<EdgeMessage, readonly FieldProblem[]> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err([{ field: '(whole)', problem: 'is not JSON' }]);
  }
  const type = (value as { type?: unknown } | null)?.type;
  if (typeof type !== 'string' || !Object.hasOwn(fields, type)) {
    return err([{ field: 'type', problem: `is ${JSON.stringify(type)?.slice(0, 40) ?? 'absent'}, which is unknown` }]);
  }
  return checked<EdgeMessage>(fields[type as Kind], value);
}

/** The body of `POST /enrol`, or why it is none. */
export const parseEnrolRequest = (value: unknown): Result<EnrolRequest, readonly FieldProblem[]> =>
  checked<EnrolRequest>(enrolRequest, value);

const text = (maxLength: number): TSchema => Type.String({ maxLength });
const list = (item: TSchema, maxItems: number): TSchema => Type.Array(item, { maxItems });
const count = integer(0, Number.MAX_SAFE_INTEGER);
const figure = nullable(Type.Number({ minimum: -1e9, maximum: 1e9 }));
const unixMs = Type.Number({ minimum: 0, maximum: 8.64e15 });

const uplinks = list(
  open<UplinkFact>({ device: text(16), addresses: list(text(64), 64), carrier: Type.Boolean() }),
  64,
);

const enrolRequest = open<EnrolRequest>({
  protocol: integer(0, 1_000),
  secret: text(128),
  identityKey: text(256),
  hostname: text(255),
  uplinks,
});

const direction = open({
  delayMs: figure,
  jitterMs: figure,
  lossPercent: figure,
  reorderingPercent: Type.Optional(figure),
  duplicationPercent: Type.Optional(figure),
});
const pathReport = open<PathReport>({
  pathId: uuidText,
  health: choice(['unknown', 'up', 'degraded', 'down']),
  since: unixMs,
  quality: open({ rttMs: figure, forward: direction, reverse: direction, mos: figure }),
  sent: count,
  received: count,
});
const policyCounter = open<PolicyCounter>({ policyId: count, epoch: text(64), packets: count, bytes: count });
const port = nullable(integer(0, 65_535));
const flowReport = open<FlowReport>({
  source: text(64),
  destination: text(64),
  protocol: text(16),
  sourcePort: port,
  destinationPort: port,
  policyId: nullable(count),
  application: nullable(text(maxApplicationName)),
  serverName: nullable(text(255)),
  remoteSiteId: nullable(uuidText),
  pathId: nullable(uuidText),
  bytesSent: nullable(count),
  bytesReceived: nullable(count),
  packetsSent: nullable(count),
  packetsReceived: nullable(count),
});
const pathTraffic = open<PathTraffic>({
  pathId: uuidText,
  bytesSent: count,
  bytesReceived: count,
  remote: Type.Optional(open<FarEndAddress>({ address: addressText, port: integer(1, 65_535) })),
});
const pathCopies = open<PathCopies>({
  pathId: uuidText,
  epoch: text(64),
  sent: count,
  single: count,
  first: count,
  dropped: count,
  late: count,
});
const policyFlows = open<PolicyFlows>({ policyId: count, flows: count });
const applicationTraffic = open<ApplicationTraffic>({
  application: text(maxApplicationName),
  flows: count,
  bytesSent: count,
  bytesReceived: count,
});
const queue = open<QueueReport>({
  number: integer(1, maxQosClasses),
  packets: count,
  bytes: count,
  drops: count,
  backlogBytes: count,
  delayMs: Type.Number({ minimum: 0, maximum: 1e9 }),
});
const line = open<LineReport>({
  endpointId: uuidText,
  rateBps: nullable(Type.Number({ minimum: 0 })),
  queue: nullable(text(32)),
  problem: nullable(text(1_000)),
  epoch: text(64),
  classes: list(queue, maxQosClasses),
});
const decision = open<DecisionReport>({
  policyId: count,
  siteId: uuidText,
  paths: list(open({ pathId: uuidText, weight: integer(1, 256) }), 256),
  copyPathId: Type.Optional(uuidText),
  slaMet: Type.Boolean(),
  reason: text(1_000),
});
const event = open<NetworkEvent>({
  id: uuidText,
  timestamp: unixMs,
  eventType: Type.String({ pattern: '^[a-z_]{1,40}$' }),
  severity: choice(['info', 'warning', 'error']),
  message: text(2_000),
  metadata: Type.Record(text(64), Type.Unknown(), { maxProperties: 64 }),
});
const batch = open<TelemetryBatch>({
  from: unixMs,
  to: unixMs,
  paths: list(pathReport, 10_000),
  policies: list(policyCounter, 10_000),
  traffic: Type.Optional(list(pathTraffic, 10_000)),
  copies: Type.Optional(list(pathCopies, 10_000)),
  flows: Type.Optional(list(policyFlows, 10_000)),
  applications: Type.Optional(list(applicationTraffic, 10_000)),
  qos: Type.Optional(list(line, maxSlots)),
  decisions: list(decision, 100_000),
  events: list(event, 10_000),
});

const publicKey = Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' });

const fields: { readonly [K in Kind]: ReturnType<typeof open<MessageOf<K>>> } = {
  hello: open<MessageOf<'hello'>>({
    type: Type.Literal('hello'),
    protocol: integer(0, 1_000),
    edgeId: uuidText,
    signature: text(256),
    wallMs: Type.Number(),
    programVersion: text(64),
    appliedVersion: nullable(text(128)),
    uplinks,
  }),
  tunnel_keys: open<MessageOf<'tunnel_keys'>>({
    type: Type.Literal('tunnel_keys'),
    keys: Type.Record(Type.String({ pattern: '^pt\\d{1,2}-\\d{1,2}$' }), publicKey, { maxProperties: 256 }),
  }),
  applied: open<MessageOf<'applied'>>({
    type: Type.Literal('applied'),
    version: text(128),
    applyMs: Type.Number({ minimum: 0 }),
    unavailable: Type.Optional(list(open<UnavailableFeature>({ feature: text(64), reason: text(4_000) }), 64)),
    dropsCopies: Type.Optional(Type.Boolean()),
  }),
  rejected: open<MessageOf<'rejected'>>({
    type: Type.Literal('rejected'),
    version: text(128),
    reason: text(4_000),
    restored: nullable(text(128)),
  }),
  telemetry: open<MessageOf<'telemetry'>>({
    type: Type.Literal('telemetry'),
    sequence: integer(1, Number.MAX_SAFE_INTEGER),
    batch,
  }),
  uplinks: open<MessageOf<'uplinks'>>({ type: Type.Literal('uplinks'), uplinks }),
  flows: open<MessageOf<'flows'>>({
    type: Type.Literal('flows'),
    id: count,
    flows: list(flowReport, maxListedFlows),
    total: count,
    problem: nullable(text(1_000)),
  }),
  pong: open<MessageOf<'pong'>>({ type: Type.Literal('pong'), id: Type.Number() }),
  path_checked: open<MessageOf<'path_checked'>>({
    type: Type.Literal('path_checked'),
    id: count,
    probes: list(open<PathProbe>({ answered: Type.Boolean(), rttMs: figure }), maxCheckProbes),
    problem: nullable(text(1_000)),
  }),
};

import Type from 'typebox';
import {
  applicationCategories,
  applicationNamePattern,
  err,
  ipProtocols,
  isTimeZone,
  maxApplicationName,
  maxClasses,
  maxOverrideReason,
  maxQosClasses,
  maxSites,
  maxSlots,
  minutesOfDay,
  policyActionTypes,
  parseDomainPattern,
  minShapedBps,
  probeProfiles,
  tunnelName,
  weekdays,
  type Breakout,
  type Application,
  type ApplicationPort,
  type ApplicationSignature,
  type FieldProblem,
  type HostSet,
  type LabelWeight,
  type MatchClause,
  type MatchConditions,
  type PathOverride,
  type Policy,
  type PolicyAction,
  type PolicyMatch,
  type PortRange,
  type QosClass,
  type Result,
  type ScheduleWindow,
  type Sla,
} from '@patronus/core';
import {
  documentVersion,
  type DocumentPath,
  type LineShaping,
  type LocalEndpoint,
  type RemoteSite,
  type SiteDocument,
  type Tunnel,
  type TunnelPeer,
} from './document.ts';
import { addressText, checked, choice, exact, integer, nullable, prefixText, uuidText } from './schema-kit.ts';

/** The format of {@link SiteDocument} that this program reads. */
export const documentFormat = 1;

/**
 * A site document from untrusted input, or every reason why it is none: its shape, its format, references inside it that
 * lead nowhere, and a version that is not the hash of its content. Unknown fields are refused: a constraint that an edge
 * does not know of must not be passed over in silence.
 */
export function parseSiteDocument(value: unknown): Result<SiteDocument, readonly FieldProblem[]> {
  const format = (value as { format?: unknown } | null)?.format;
  if (format !== undefined && format !== documentFormat) {
    const remedy = 'bring edge and controller to the same version of Patronus';
    return err([
      { field: 'format', problem: `is ${JSON.stringify(format)}, this edge reads ${documentFormat}`, remedy },
    ]);
  }
  const document = checked<SiteDocument>(documentSchema, value);
  if (!document.ok) return document;
  const problems = [...danglingReferences(document.value)];
  if (documentVersion(document.value) !== document.value.version) {
    problems.push({ field: 'version', problem: 'is not the hash of the content' });
  }
  return problems.length === 0 ? document : err(problems);
}

const slot = integer(0, maxSlots - 1);
const port = integer(1, 65_535);
/** What people call a transport; nothing that could end a line or a quoted text. */
const label = Type.String({ pattern: '^[^"\\\\\\x00-\\x1f]{1,64}$' });
/** IFNAMSIZ less the terminator, and nothing that the texts of ip, nft or wg give a meaning. */
const device = Type.String({ pattern: '^[A-Za-z0-9_.@-]{1,15}$' });
const humanText = Type.String({ maxLength: 256 });
const bound = Type.Number({ minimum: 0 });
const percent = Type.Number({ minimum: 0, maximum: 100 });
const dscp = integer(0, 63);
/** What names a class of service; it stands in texts for people only. */
const qosName = Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,31}$' });
const rateBps = Type.Number({ minimum: minShapedBps });

const portRange = exact<PortRange>({ from: integer(0, 65_535), to: integer(0, 65_535) });

/** What people call a group of sites. */
const tag = Type.String({ minLength: 1, maxLength: 64 });
const timeOfDay = Type.Refine(
  Type.String({ maxLength: 5 }),
  (text) => minutesOfDay(text) !== null,
  () => 'must be a time such as 08:30',
);
const timeZone = Type.Refine(Type.String({ maxLength: 64 }), isTimeZone, () => 'must be a time zone of this machine');

const applicationName = Type.String({ pattern: applicationNamePattern.source, maxLength: maxApplicationName });
const domainPattern = Type.Refine(
  Type.String({ maxLength: 260 }),
  (text) => {
    const parsed = parseDomainPattern(text);
    return parsed.ok && parsed.value === text;
  },
  () => 'must be a domain in lower case, such as example.com or *.example.com',
);

const application = exact<Application>({
  name: applicationName,
  title: humanText,
  category: choice(applicationCategories),
  signatures: Type.Array(
    exact<ApplicationSignature>({
      domains: Type.Optional(Type.Array(domainPattern)),
      prefixes: Type.Optional(Type.Array(prefixText)),
      ports: Type.Optional(
        Type.Array(
          exact<ApplicationPort>({
            protocol: choice(['tcp', 'udp', 'sctp']),
            from: integer(0, 65_535),
            to: integer(0, 65_535),
          }),
        ),
      ),
    }),
  ),
  dscp: nullable(integer(0, 63)),
});

const conditionFields = {
  sourceSites: Type.Optional(Type.Array(uuidText)),
  destinationSites: Type.Optional(Type.Array(uuidText)),
  sourceSiteTags: Type.Optional(Type.Array(tag)),
  destinationSiteTags: Type.Optional(Type.Array(tag)),
  sourceHostSets: Type.Optional(Type.Array(uuidText)),
  destinationHostSets: Type.Optional(Type.Array(uuidText)),
  sourcePrefixes: Type.Optional(Type.Array(prefixText)),
  destinationPrefixes: Type.Optional(Type.Array(prefixText)),
  protocol: Type.Optional(choice(ipProtocols)),
  sourcePorts: Type.Optional(Type.Array(portRange)),
  destinationPorts: Type.Optional(Type.Array(portRange)),
  applications: Type.Optional(Type.Array(applicationName)),
  applicationCategories: Type.Optional(Type.Array(choice(applicationCategories))),
  domains: Type.Optional(Type.Array(domainPattern)),
  dscp: Type.Optional(Type.Array(dscp)),
  schedule: Type.Optional(
    Type.Array(
      exact<ScheduleWindow>({
        days: Type.Optional(Type.Array(choice(weekdays))),
        from: Type.Optional(timeOfDay),
        to: Type.Optional(timeOfDay),
      }),
    ),
  ),
};

const clauseFields = { ...conditionFields, not: Type.Optional(exact<MatchConditions>(conditionFields)) };

const match = exact<PolicyMatch>({
  ...clauseFields,
  anyOf: Type.Optional(Type.Array(exact<MatchClause>(clauseFields))),
});

const action = exact<PolicyAction>({
  type: choice(policyActionTypes),
  sla: Type.Optional(
    exact<Sla>({
      maxDelayMs: Type.Optional(bound),
      maxJitterMs: Type.Optional(bound),
      maxLossPercent: Type.Optional(bound),
      maxReorderingPercent: Type.Optional(bound),
      maxDuplicationPercent: Type.Optional(bound),
      minMos: Type.Optional(bound),
    }),
  ),
  prefer: Type.Optional(Type.Array(label)),
  avoid: Type.Optional(Type.Array(label)),
  never: Type.Optional(Type.Array(label)),
  weights: Type.Optional(Type.Array(exact<LabelWeight>({ label, weight: Type.Number({ exclusiveMinimum: 0 }) }))),
  duplicate: Type.Optional(Type.Boolean()),
  breakout: Type.Optional(
    exact<Breakout>({ labels: Type.Array(label, { minItems: 1 }), fallbackSite: Type.Optional(uuidText) }),
  ),
  setDscp: Type.Optional(integer(0, 63)),
  rateLimitBps: Type.Optional(integer(1, Number.MAX_SAFE_INTEGER)),
  log: Type.Optional(Type.Boolean()),
  qosClass: Type.Optional(qosName),
});

const policy = exact<Policy>({
  id: Type.Integer({ minimum: 0 }),
  class: integer(1, maxClasses),
  priority: Type.Integer(),
  name: humanText,
  match,
  action,
});

const peer = exact<TunnelPeer>({
  siteId: uuidText,
  endpointId: uuidText,
  publicKey: Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' }),
  address: nullable(addressText),
  port,
  probeAddress: addressText,
  keepalive: integer(0, 65_535),
});

const tunnel = exact<Tunnel>({
  name: Type.String({ pattern: '^pt\\d{1,2}-\\d{1,2}$' }),
  localSlot: slot,
  remoteSlot: slot,
  listenPort: port,
  probeAddress: addressText,
  mtu: integer(576, 65_535),
  peers: Type.Array(peer),
});

const override = exact<PathOverride>({
  reason: Type.String({ minLength: 1, maxLength: maxOverrideReason }),
  by: humanText,
  expiresAt: nullable(integer(0, Number.MAX_SAFE_INTEGER)),
});

const siteFields = {
  id: uuidText,
  name: humanText,
  prefixes: Type.Array(prefixText),
  tags: Type.Optional(Type.Array(tag)),
  timeZone: Type.Optional(timeZone),
};

const hostSet = exact<HostSet>({ id: uuidText, name: humanText, prefixes: Type.Array(prefixText) });
const qosClass = exact<QosClass>({
  number: integer(1, maxQosClasses),
  name: qosName,
  guaranteePercent: percent,
  ceilingPercent: percent,
  priority: integer(0, 7),
  trustDscp: Type.Array(dscp),
  setDscp: nullable(dscp),
  isDefault: Type.Boolean(),
});

const documentSchema = exact<SiteDocument>({
  format: Type.Literal(documentFormat),
  version: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  site: exact<SiteDocument['site']>({ ...siteFields, index: integer(0, maxSites - 1) }),
  endpoints: Type.Array(
    exact<LocalEndpoint>({
      id: uuidText,
      slot,
      label,
      device,
      cost: Type.Number(),
      profile: choice(probeProfiles),
      shaping: Type.Optional(exact<LineShaping>({ rateBps, auto: Type.Boolean() })),
      policing: Type.Optional(exact<{ rateBps: number }>({ rateBps })),
      copiesDscp: Type.Optional(Type.Boolean()),
    }),
    { maxItems: maxSlots },
  ),
  tunnels: Type.Array(tunnel, { maxItems: maxSlots * maxSlots }),
  remoteSites: Type.Array(
    exact<RemoteSite>({
      ...siteFields,
      index: integer(0, maxSites - 1),
      dropsCopies: Type.Optional(Type.Boolean()),
    }),
  ),
  paths: Type.Array(
    exact<DocumentPath>({
      id: uuidText,
      localEndpointId: uuidText,
      remoteEndpointId: uuidText,
      remoteSiteId: uuidText,
      remoteLabel: label,
      tunnel: Type.String(),
      remoteProbeAddress: addressText,
      profile: choice(probeProfiles),
      cost: Type.Number(),
      override: Type.Optional(override),
    }),
  ),
  policies: Type.Array(policy, { minItems: 1 }),
  hostSets: Type.Optional(Type.Array(hostSet)),
  applications: Type.Optional(Type.Array(application)),
  qosClasses: Type.Optional(Type.Array(qosClass, { minItems: 1, maxItems: maxQosClasses })),
  confirmWindowMs: integer(1_000, 3_600_000),
});

function* danglingReferences(document: SiteDocument): Generator<FieldProblem> {
  const endpoints = new Set(document.endpoints.map((endpoint) => endpoint.id));
  const slots = new Set(document.endpoints.map((endpoint) => endpoint.slot));
  const tunnels = new Set(document.tunnels.map((each) => each.name));
  const sites = new Set(document.remoteSites.map((site) => site.id));
  if (slots.size < document.endpoints.length) yield { field: 'endpoints', problem: 'have a slot twice' };
  if (tunnels.size < document.tunnels.length) yield { field: 'tunnels', problem: 'have a name twice' };
  for (const [index, each] of document.tunnels.entries()) {
    const field = `tunnels[${index}]`;
    if (each.name !== tunnelName(each.localSlot, each.remoteSlot))
      yield { field, problem: 'is not named by its slots' };
    if (!slots.has(each.localSlot)) yield { field, problem: 'has a local slot without endpoint' };
  }
  for (const [index, path] of document.paths.entries()) {
    const field = `paths[${index}]`;
    if (!endpoints.has(path.localEndpointId)) yield { field, problem: 'starts at an endpoint that is not here' };
    if (!tunnels.has(path.tunnel)) yield { field, problem: `runs through ${path.tunnel}, which is not here` };
    if (!sites.has(path.remoteSiteId)) yield { field, problem: 'leads to a site that is not here' };
  }
  yield* qosProblems(document);
}

function* qosProblems({ endpoints, qosClasses = [] }: SiteDocument): Generator<FieldProblem> {
  const field = 'qosClasses';
  if (new Set(qosClasses.map(({ number }) => number)).size < qosClasses.length) {
    yield { field, problem: 'have a number twice' };
  }
  const isShaped = endpoints.some(({ shaping }) => shaping !== undefined);
  const defaults = qosClasses.filter(({ isDefault }) => isDefault).length;
  if (defaults !== 1 && (isShaped || qosClasses.length > 0)) yield { field, problem: 'have no default class' };
}

import { toSnakeCase, type SnakeCased } from '@patronus/core';
import type { PolicyFinding } from '@patronus/policy';
import type { RecordedEvent } from '../../database/index.ts';
import type { MetricPoint } from '../../repositories/index.ts';
import { auditCursor, type AuditView } from '../../services/audit-service.ts';
import type { EdgeView } from '../../services/edge-service.ts';
import type { EndpointView } from '../../services/endpoint-service.ts';
import type { EnrolmentKeyView } from '../../services/enrolment-key-service.ts';
import type { PathOverrideView, PathView } from '../../services/path-service.ts';
import type { PolicyView } from '../../services/policy-service.ts';
import type { SiteDependencies } from '../../services/site-deletion-service.ts';
import type { SiteView } from '../../services/site-service.ts';
import type { LeftOutPair } from '../../services/transport-link-service.ts';
import { builder } from './builder.ts';
import { pathCopiesType } from './path-copies-type.ts';
import { actionType, matchType, type ActionShape, type MatchShape } from './policy-types.ts';

export type PolicyShape = Omit<PolicyView, 'matchConditions' | 'action'> & {
  readonly warnings?: readonly PolicyFinding[];
  readonly matchConditions: MatchShape;
  readonly action: ActionShape;
};

/** Names inside match and action become those of the API. */
export const policyShape = (view: PolicyView): PolicyShape => ({
  ...view,
  matchConditions: toSnakeCase(view.matchConditions),
  action: toSnakeCase(view.action),
});

export const endpointType = builder.objectRef<EndpointView>('Endpoint').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    site_id: t.exposeID('siteId'),
    site: t.exposeString('site'),
    label: t.exposeString('label'),
    device: t.exposeString('device'),
    address: t.exposeString('address', { nullable: true }),
    port: t.exposeInt('port'),
    nat: t.exposeBoolean('nat', { description: 'Somebody said that it is behind NAT: it calls its peers' }),
    nat_type: t.exposeString('natType', {
      description:
        'What others see before it: `none`, `endpoint_independent`, `address_dependent`, `translated` (there is one, of no known kind) or `unknown`',
    }),
    public_address: t.exposeString('publicAddress', { nullable: true, description: 'Where others see it' }),
    cost: t.exposeInt('cost'),
    profile: t.exposeString('profile'),
    up_bps: t.exposeFloat('upBps', { nullable: true }),
    down_bps: t.exposeFloat('downBps', { nullable: true }),
    shaping: t.exposeString('shaping', { description: '`off`, `fixed` or `auto`' }),
    policing: t.exposeBoolean('policing'),
    outer_dscp: t.exposeString('outerDscp', {
      description: 'Code point of the outer packets of its tunnels: `none`, or `copy` that of the packet inside',
    }),
    slot: t.exposeInt('slot'),
    created_at: t.expose('createdAt', { type: 'Timestamp' }),
    updated_at: t.expose('updatedAt', { type: 'Timestamp' }),
    version: t.exposeInt('version', { description: 'Grows with every change of what people set' }),
    deleted_at: t.expose('deletedAt', { type: 'Timestamp', nullable: true }),
    purge_at: t.expose('purgeAt', { type: 'Timestamp', nullable: true, description: 'Until when it can be restored' }),
  }),
});

const configType = builder.objectRef<SiteView['config']>('SiteConfig').implement({
  fields: (t) => ({
    status: t.exposeString('status'),
    reason: t.exposeString('reason', { nullable: true }),
    version: t.exposeString('version', { nullable: true }),
    applied_version: t.exposeString('appliedVersion', { nullable: true }),
    applied_at: t.expose('appliedAt', { type: 'Timestamp', nullable: true }),
  }),
});

export const siteType = builder.objectRef<SiteView>('Site').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name'),
    location: t.exposeString('location'),
    prefixes: t.stringList({ resolve: (site) => [...site.prefixes] }),
    tags: t.stringList({ resolve: (site) => [...site.tags] }),
    time_zone: t.exposeString('timeZone'),
    latitude: t.exposeFloat('latitude', { nullable: true, description: 'Degrees, north positive' }),
    longitude: t.exposeFloat('longitude', { nullable: true, description: 'Degrees, east positive' }),
    status: t.exposeString('status'),
    config: t.expose('config', { type: configType }),
    endpoints: t.field({ type: [endpointType], resolve: (site) => [...site.endpoints] }),
    created_at: t.expose('createdAt', { type: 'Timestamp' }),
    updated_at: t.expose('updatedAt', { type: 'Timestamp' }),
    version: t.exposeInt('version', { description: 'Grows with every change of what people set' }),
    deleted_at: t.expose('deletedAt', { type: 'Timestamp', nullable: true }),
    purge_at: t.expose('purgeAt', { type: 'Timestamp', nullable: true, description: 'Until when it can be restored' }),
  }),
});

const pathOverrideType = builder.objectRef<PathOverrideView>('PathOverride').implement({
  description: 'Traffic keeps off the path while anything else is usable',
  fields: (t) => ({
    reason: t.exposeString('reason'),
    by: t.exposeString('by'),
    since: t.expose('since', { type: 'Timestamp' }),
    expires_at: t.expose('expiresAt', { type: 'Timestamp', nullable: true }),
  }),
});

export const pathType = builder.objectRef<PathView>('Path').implement({
  description: 'A directed path: latency, jitter (ms) and loss (percent) are of its forward direction',
  fields: (t) => ({
    id: t.exposeID('id'),
    source_endpoint_id: t.exposeID('sourceEndpointId'),
    dest_endpoint_id: t.exposeID('destEndpointId'),
    source_endpoint: t.field({
      type: endpointType,
      resolve: (path, _args, { loaders }) => loaders.endpoints.load(path.sourceEndpointId),
    }),
    dest_endpoint: t.field({
      type: endpointType,
      resolve: (path, _args, { loaders }) => loaders.endpoints.load(path.destEndpointId),
    }),
    source_site: t.exposeString('sourceSite'),
    dest_site: t.exposeString('destSite'),
    source_label: t.exposeString('sourceLabel'),
    dest_label: t.exposeString('destLabel'),
    latency: t.exposeFloat('latency', { nullable: true }),
    jitter: t.exposeFloat('jitter', { nullable: true }),
    loss: t.exposeFloat('loss', { nullable: true }),
    rtt: t.exposeFloat('rtt', { nullable: true }),
    mos: t.exposeFloat('mos', { nullable: true }),
    reverse_latency: t.exposeFloat('reverseLatency', { nullable: true }),
    reverse_jitter: t.exposeFloat('reverseJitter', { nullable: true }),
    reverse_loss: t.exposeFloat('reverseLoss', { nullable: true }),
    reordering_percent: t.exposeFloat('reorderingPercent', {
      nullable: true,
      description: 'Share of the traffic that was overtaken, forward; null while none is counted',
    }),
    duplication_percent: t.exposeFloat('duplicationPercent', {
      nullable: true,
      description: 'Share of the traffic that came twice, forward; null while none is counted',
    }),
    copies: t.expose('copies', {
      type: pathCopiesType,
      nullable: true,
      description: 'Of packets that policies duplicate; null where none were',
    }),
    bandwidth: t.exposeFloat('bandwidth', { nullable: true, description: 'bit/s' }),
    health_status: t.exposeString('healthStatus'),
    failed_direction: t.exposeString('failedDirection', {
      nullable: true,
      description: '`forward`, `reverse` or `both` where it is down and its ends can tell',
    }),
    since: t.expose('since', { type: 'Timestamp', nullable: true }),
    reported_at: t.expose('reportedAt', { type: 'Timestamp', nullable: true }),
    stale: t.exposeBoolean('stale'),
    override: t.expose('override', { type: pathOverrideType, nullable: true }),
  }),
});

const policyNameType = builder.objectRef<SiteDependencies['policies'][number]>('PolicyName').implement({
  fields: (t) => ({ id: t.exposeID('id'), name: t.exposeString('name') }),
});

export const policyFindingType = builder.objectRef<PolicyFinding>('PolicyFinding').implement({
  description: 'A policy that never matches, or that competes with another',
  fields: (t) => ({
    kind: t.exposeString('kind', { description: '`shadowed`, `unreachable` or `conflict`' }),
    policy_id: t.exposeID('policyId'),
    policy: t.exposeString('policy'),
    others: t.field({ type: [policyNameType], resolve: ({ others }) => [...others] }),
    message: t.exposeString('message'),
  }),
});

export const policyType = builder.objectRef<PolicyShape>('Policy').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    class: t.exposeInt('class'),
    priority: t.exposeInt('priority'),
    name: t.exposeString('name'),
    description: t.exposeString('description'),
    match_conditions: t.expose('matchConditions', { type: matchType }),
    action: t.expose('action', { type: actionType }),
    enabled: t.exposeBoolean('enabled'),
    is_default: t.exposeBoolean('isDefault'),
    warnings: t.field({
      type: [policyFindingType],
      nullable: true,
      description: 'In the answers that create or change it: what its author may not have meant',
      resolve: ({ warnings }) => (warnings === undefined ? null : [...warnings]),
    }),
    packets_matched: t.expose('packetsMatched', { type: 'BigInt' }),
    bytes_matched: t.expose('bytesMatched', { type: 'BigInt' }),
    created_at: t.expose('createdAt', { type: 'Timestamp' }),
    updated_at: t.expose('updatedAt', { type: 'Timestamp' }),
    version: t.exposeInt('version', { description: 'Grows with every change of what people set' }),
    deleted_at: t.expose('deletedAt', { type: 'Timestamp', nullable: true }),
    purge_at: t.expose('purgeAt', { type: 'Timestamp', nullable: true, description: 'Until when it can be restored' }),
  }),
});

export const siteDependenciesType = builder.objectRef<SiteDependencies>('SiteDependencies').implement({
  description: 'What goes when a site is deleted, and the policies that name it',
  fields: (t) => ({
    site_id: t.exposeID('siteId'),
    site: t.exposeString('site'),
    endpoints: t.exposeInt('endpoints'),
    paths: t.exposeInt('paths', { description: 'Directed, from or to the site' }),
    enrolment_keys: t.exposeInt('enrolmentKeys'),
    edges: t.exposeInt('edges'),
    policies: t.field({ type: [policyNameType], resolve: (site) => [...site.policies] }),
  }),
});

export const eventType = builder.objectRef<RecordedEvent>('Event').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    timestamp: t.expose('timestamp', { type: 'Timestamp' }),
    event_type: t.exposeString('eventType'),
    severity: t.exposeString('severity'),
    message: t.exposeString('message'),
    metadata: t.field({ type: 'JSON', resolve: (event) => event.metadata }),
    site_id: t.exposeID('siteId', { nullable: true }),
    site: t.exposeString('site', { nullable: true }),
    acknowledged_by: t.exposeString('acknowledgedBy', { nullable: true }),
    acknowledged_at: t.expose('acknowledgedAt', { type: 'Timestamp', nullable: true }),
  }),
});

export const auditType = builder.objectRef<AuditView>('AuditEntry').implement({
  fields: (t) => ({
    sequence: t.exposeFloat('sequence'),
    time: t.expose('time', { type: 'Timestamp' }),
    actor_type: t.exposeString('actorType'),
    actor_id: t.exposeID('actorId', { nullable: true }),
    actor: t.exposeString('actor'),
    address: t.exposeString('address', { nullable: true }),
    action: t.exposeString('action'),
    target_type: t.exposeString('targetType'),
    target_id: t.exposeID('targetId', { nullable: true }),
    target: t.exposeString('target', { nullable: true }),
    result: t.exposeString('result'),
    details: t.field({ type: 'JSON', resolve: (row) => row.details }),
    previous_hash: t.exposeString('previousHash'),
    hash: t.exposeString('hash'),
    cursor: t.string({ description: 'Goes on after this row', resolve: auditCursor }),
  }),
});

export const metricPointType = builder.objectRef<MetricPoint>('PathMetricPoint').implement({
  fields: (t) => ({
    timestamp: t.expose('timestamp', { type: 'Timestamp' }),
    latency: t.exposeFloat('latency', { nullable: true }),
    latency_max: t.exposeFloat('latency_max', { nullable: true }),
    jitter: t.exposeFloat('jitter', { nullable: true }),
    loss: t.exposeFloat('loss', { nullable: true }),
    rtt: t.exposeFloat('rtt', { nullable: true }),
    mos: t.exposeFloat('mos', { nullable: true }),
    samples: t.exposeInt('samples'),
    down_samples: t.exposeInt('down_samples'),
  }),
});

type KeyShape = EnrolmentKeyView & Partial<SnakeCased<{ key: string; edgeUrl: string }>>;

export const enrolmentKeyType = builder.objectRef<KeyShape>('EnrolmentKey').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    site_id: t.exposeID('siteId'),
    site: t.exposeString('site'),
    key: t.exposeString('key', { nullable: true, description: 'Shown once, in the answer to its creation' }),
    edge_url: t.exposeString('edge_url', { nullable: true }),
    max_uses: t.exposeInt('maxUses'),
    uses: t.exposeInt('uses'),
    replace: t.exposeBoolean('replace'),
    expires_at: t.expose('expiresAt', { type: 'Timestamp' }),
    revoked: t.exposeBoolean('revoked'),
    created_at: t.expose('createdAt', { type: 'Timestamp' }),
    version: t.exposeInt('version', { description: 'Grows with every change of what people set' }),
  }),
});

const unavailableType = builder.objectRef<EdgeView['unavailable'][number]>('UnavailableFeature').implement({
  fields: (t) => ({ feature: t.exposeString('feature'), reason: t.exposeString('reason') }),
});

const uplinkType = builder.objectRef<EdgeView['uplinks'][number]>('EdgeUplink').implement({
  fields: (t) => ({
    device: t.exposeString('device'),
    addresses: t.stringList({ resolve: (uplink) => [...uplink.addresses] }),
    carrier: t.exposeBoolean('carrier'),
  }),
});

export const edgeType = builder.objectRef<EdgeView>('Edge').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    site_id: t.exposeID('siteId'),
    site: t.exposeString('site'),
    hostname: t.exposeString('hostname'),
    online: t.exposeBoolean('online'),
    enrolled_at: t.expose('enrolledAt', { type: 'Timestamp' }),
    last_seen_at: t.expose('lastSeenAt', { type: 'Timestamp', nullable: true }),
    program_version: t.exposeString('programVersion', { nullable: true }),
    clock_skew_ms: t.exposeFloat('clockSkewMs', { nullable: true }),
    uplinks: t.field({ type: [uplinkType], resolve: (edge) => [...edge.uplinks] }),
    unavailable: t.field({
      type: [unavailableType],
      description: 'What its kernel or its machine refuses',
      resolve: (edge) => [...edge.unavailable],
    }),
  }),
});

export const leftOutPairType = builder.objectRef<LeftOutPair>('LeftOutPair').implement({
  description: 'Two endpoints of different sites without a path',
  fields: (t) => ({
    source_site: t.exposeString('sourceSite'),
    source_label: t.exposeString('sourceLabel'),
    dest_site: t.exposeString('destSite'),
    dest_label: t.exposeString('destLabel'),
    reason: t.exposeString('reason'),
  }),
});

export const transportLinkType = builder
  .objectRef<{ readonly a: string; readonly b: string }>('TransportLink')
  .implement({
    fields: (t) => ({ a: t.exposeString('a'), b: t.exposeString('b') }),
  });

/** What a mutation without an object to show answers. */
export const outcomeType = builder.objectRef<{ readonly message: string }>('Outcome').implement({
  fields: (t) => ({ success: t.boolean({ resolve: () => true }), message: t.exposeString('message') }),
});

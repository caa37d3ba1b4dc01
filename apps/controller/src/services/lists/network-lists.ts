import { applicationCategories, policyActionTypes } from '@patronus/core';
import { Type } from 'typebox';
import type { ApplicationView } from '../application-service.ts';
import type { DecisionView } from '../decision-service.ts';
import type { EdgeView } from '../edge-service.ts';
import type { EndpointView } from '../endpoint-service.ts';
import type { EnrolmentKeyView } from '../enrolment-key-service.ts';
import type { PathView } from '../path-service.ts';
import type { FlowView } from '../flow-service.ts';
import type { HostSetView } from '../host-set-service.ts';
import type { PolicyView } from '../policy-service.ts';
import type { SiteView } from '../site-service.ts';
import type { LeftOutPair } from '../transport-link-service.ts';
import { ListDefinition } from './list-definition.ts';
import { containing, exactly, oneOf, since, whether } from './list-filters.ts';

const siteText = (description: string) => Type.String({ maxLength: 200, description: `${description}: id or name` });
const deleted = Type.Boolean({ description: 'Those that were deleted and can be restored, in place of the live ones' });

/** The order in which policies are looked at: by falling priority, the default one last. */
const evaluation = (policy: { readonly isDefault: boolean; readonly priority: number }): number =>
  policy.isDefault ? Number.MAX_SAFE_INTEGER : -policy.priority;

export const siteList = new ListDefinition<SiteView>({
  id: (site) => site.id,
  sorts: {
    name: (site) => site.name,
    location: (site) => site.location,
    status: (site) => site.status,
    updated_at: (site) => site.updatedAt,
    created_at: (site) => site.createdAt,
  },
  filters: {
    name: exactly((site) => site.name, 'Name'),
    location: exactly((site) => site.location, 'Location'),
    status: oneOf((site) => site.status, 'Whether its edge is on the line', ['new', 'online', 'offline']),
    config: oneOf((site) => site.config.status, 'How far its edge is with the newest document', [
      'pending',
      'applied',
      'rejected',
      'offline',
    ]),
    label: oneOf((site) => site.endpoints.map(({ label }) => label), 'Label of one of its endpoints'),
    tag: oneOf((site) => site.tags, 'One of its tags'),
    search: containing((site) => [site.name, site.location, ...site.prefixes], 'Part of name, location or prefix'),
    updated_since: since((site) => site.updatedAt, 'Changed at this time or later'),
  },
  extra: { deleted },
});

export const endpointList = new ListDefinition<EndpointView>({
  id: (endpoint) => endpoint.id,
  order: 'site,slot',
  sorts: {
    site: (endpoint) => endpoint.site,
    slot: (endpoint) => endpoint.slot,
    label: (endpoint) => endpoint.label,
    cost: (endpoint) => endpoint.cost,
    updated_at: (endpoint) => endpoint.updatedAt,
    created_at: (endpoint) => endpoint.createdAt,
  },
  filters: {
    label: oneOf((endpoint) => endpoint.label, 'Label'),
    device: exactly((endpoint) => endpoint.device, 'Device'),
    address: exactly((endpoint) => endpoint.address, 'Address'),
    nat: whether((endpoint) => endpoint.nat, 'Whether it is behind NAT'),
    profile: oneOf((endpoint) => endpoint.profile, 'How often it is probed', ['fast', 'default', 'metered']),
    updated_since: since((endpoint) => endpoint.updatedAt, 'Changed at this time or later'),
  },
  extra: { site: siteText('Of this site'), deleted },
});

export const pathList = new ListDefinition<PathView>({
  id: (path) => path.id,
  order: 'source_site,dest_site,source_label',
  sorts: {
    source_site: (path) => path.sourceSite,
    dest_site: (path) => path.destSite,
    source_label: (path) => path.sourceLabel,
    dest_label: (path) => path.destLabel,
    health_status: (path) => path.healthStatus,
    latency: (path) => path.latency,
    jitter: (path) => path.jitter,
    loss: (path) => path.loss,
    reordering_percent: (path) => path.reorderingPercent,
    duplication_percent: (path) => path.duplicationPercent,
    mos: (path) => path.mos,
    copies_sent: (path) => path.copies?.sent ?? null,
    copies_dropped: (path) => path.copies?.dropped ?? null,
    bandwidth: (path) => path.bandwidth,
    reported_at: (path) => path.reportedAt,
  },
  filters: {
    health_status: oneOf((path) => path.healthStatus, 'Health', ['unknown', 'up', 'degraded', 'down']),
    stale: whether((path) => path.stale, 'Whether its edge has not reported for a while'),
    overridden: whether((path) => path.override !== null, 'Whether traffic is kept off it'),
  },
  extra: {
    source_site: siteText('From this site'),
    dest_site: siteText('To this site'),
    label: Type.String({ maxLength: 200, description: 'Label of either end' }),
  },
});

export const policyList = new ListDefinition<PolicyView>({
  id: (policy) => policy.id,
  sorts: {
    evaluation,
    priority: (policy) => policy.priority,
    name: (policy) => policy.name,
    bytes_matched: (policy) => Number(policy.bytesMatched),
    packets_matched: (policy) => Number(policy.packetsMatched),
    updated_at: (policy) => policy.updatedAt,
    created_at: (policy) => policy.createdAt,
  },
  filters: {
    name: exactly((policy) => policy.name, 'Name'),
    enabled: whether((policy) => policy.enabled, 'Whether it is in force'),
    action: oneOf((policy) => policy.action.type, 'What it does', policyActionTypes),
    search: containing((policy) => [policy.name, policy.description], 'Part of name or description'),
    updated_since: since((policy) => policy.updatedAt, 'Changed at this time or later'),
  },
  extra: { deleted },
});

export const applicationList = new ListDefinition<ApplicationView>({
  id: (application) => application.name,
  sorts: {
    name: (application) => application.name,
    title: (application) => application.title,
    category: (application) => application.category,
    updated_at: (application) => application.updatedAt,
  },
  filters: {
    name: exactly((application) => application.name, 'Name'),
    category: oneOf((application) => application.category, 'Category', applicationCategories),
    custom: whether((application) => application.custom, 'Whether an operator added it'),
    search: containing(
      (application) => [
        application.name,
        application.title,
        application.description,
        ...application.signatures.flatMap(({ domains = [], prefixes = [] }) => [...domains, ...prefixes]),
      ],
      'Part of name, title, description, domains or prefixes',
    ),
    updated_since: since((application) => application.updatedAt ?? 0, 'Changed at this time or later'),
  },
});

export const flowList = new ListDefinition<FlowView>({
  id: (flow) => flow.id,
  order: '-bytes',
  sorts: {
    bytes: (flow) => (flow.bytesSent ?? 0) + (flow.bytesReceived ?? 0),
    site: (flow) => flow.site,
    application: (flow) => flow.application,
    policy: (flow) => flow.policy,
    source: (flow) => flow.source,
    destination: (flow) => flow.destination,
  },
  filters: {
    site: exactly((flow) => flow.site, 'Name of the site where it began'),
    application: exactly((flow) => flow.application ?? '', 'Name of the application'),
    unknown: whether((flow) => flow.application === null, 'Whether its application is not known'),
    policy: exactly((flow) => flow.policy ?? '', 'Name of the policy'),
    protocol: exactly((flow) => flow.protocol, 'Protocol, such as tcp'),
    search: containing(
      (flow) => [flow.source, flow.destination, flow.serverName ?? ''],
      'Part of an address or of the name of the server',
    ),
  },
});

export const hostSetList = new ListDefinition<HostSetView>({
  id: (set) => set.id,
  sorts: {
    name: (set) => set.name,
    updated_at: (set) => set.updatedAt,
    created_at: (set) => set.createdAt,
  },
  filters: {
    name: exactly((set) => set.name, 'Name'),
    search: containing((set) => [set.name, set.description, ...set.members], 'Part of name, description or members'),
    updated_since: since((set) => set.updatedAt, 'Changed at this time or later'),
  },
});

export const decisionList = new ListDefinition<DecisionView>({
  id: (decision) => `${decision.policyId} ${decision.sourceSite} ${decision.destSite}`,
  order: 'evaluation,policy_id,source_site',
  sorts: {
    evaluation,
    policy_id: (decision) => decision.policyId,
    policy: (decision) => decision.policy,
    source_site: (decision) => decision.sourceSite,
    dest_site: (decision) => decision.destSite,
    since: (decision) => decision.since,
  },
  filters: {
    policy: exactly((decision) => decision.policy, 'Name of the policy'),
    source_site: exactly((decision) => decision.sourceSite, 'Name of the site that traffic comes from'),
    dest_site: exactly((decision) => decision.destSite, 'Name of the site that traffic goes to'),
    sla_met: whether((decision) => decision.slaMet, 'Whether the paths keep what the policy asks for'),
  },
});

export const enrolmentKeyList = new ListDefinition<EnrolmentKeyView>({
  id: (key) => key.id,
  order: '-created_at',
  sorts: { site: (key) => key.site, expires_at: (key) => key.expiresAt, created_at: (key) => key.createdAt },
  filters: {
    site: exactly((key) => key.site, 'Name of its site'),
    revoked: whether((key) => key.revoked, 'Whether it was revoked'),
  },
});

export const edgeList = new ListDefinition<EdgeView>({
  id: (edge) => edge.id,
  sorts: {
    site: (edge) => edge.site,
    hostname: (edge) => edge.hostname,
    enrolled_at: (edge) => edge.enrolledAt,
    last_seen_at: (edge) => edge.lastSeenAt,
  },
  filters: {
    site: exactly((edge) => edge.site, 'Name of its site'),
    hostname: exactly((edge) => edge.hostname, 'Name of its machine'),
    online: whether((edge) => edge.online, 'Whether it is on the line'),
  },
});

export const leftOutList = new ListDefinition<LeftOutPair>({
  id: (pair) => `${pair.sourceSite} ${pair.sourceLabel} ${pair.destSite} ${pair.destLabel}`,
  sorts: { source_site: (pair) => pair.sourceSite, dest_site: (pair) => pair.destSite },
  filters: {
    source_site: exactly((pair) => pair.sourceSite, 'Name of one site'),
    dest_site: exactly((pair) => pair.destSite, 'Name of the other site'),
  },
});

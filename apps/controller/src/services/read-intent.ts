import {
  defaultOverlay,
  type Address,
  type EndpointId,
  type HostSet,
  type HostSetId,
  type OuterDscp,
  type PathId,
  type PathOverride,
  type Policy,
  type Prefix,
  type ProbeProfile,
  type Shaping,
  type SiteId,
} from '@patronus/core';
import type { PolicyWorld } from '@patronus/policy';
import type { Db } from '../database/schema.ts';
import { edgeRepository } from '../repositories/edge-repository.ts';
import { endpointRepository, type EndpointRow } from '../repositories/endpoint-repository.ts';
import { pathOverrideRepository, type PathOverrideRow } from '../repositories/path-override-repository.ts';
import { pathRepository } from '../repositories/path-repository.ts';
import { policyRepository, type PolicyRow } from '../repositories/policy-repository.ts';
import { hostSetRepository } from '../repositories/host-set-repository.ts';
import { qosRepository } from '../repositories/qos-repository.ts';
import { siteRepository } from '../repositories/site-repository.ts';
import { documentApplications } from './application-service.ts';
import type { Intent, IntentEndpoint, IntentSite } from './compile-documents.ts';
import { actionWithoutSites, hostSetsNamedBy, withoutSites } from './policy-references.ts';
import { documentPolicy } from './policy-service.ts';
import { documentQosClass } from './qos-service.ts';

/** All that documents are made from, read at one moment. */
export async function readIntent(db: Db, confirmWindowMs: number): Promise<Intent> {
  const endpoints = Map.groupBy(await endpointRepository.list(db), (row) => row.site_id);
  const prefixes = Map.groupBy(await siteRepository.listPrefixes(db), (row) => row.site_id);
  const keys = Map.groupBy(await edgeRepository.listTunnelKeys(db), (row) => row.site_id);
  const dropping = new Set(
    (await edgeRepository.list(db)).filter((row) => row.drops_copies === 1).map((row) => row.site_id),
  );
  const deleted = new Set((await siteRepository.list(db, 'deleted')).map((row) => row.site_id));
  const sites = (await siteRepository.list(db)).map((row): IntentSite => ({
    id: row.site_id as SiteId,
    name: row.name,
    index: row.site_index,
    prefixes: (prefixes.get(row.site_id) ?? []).map(({ prefix }) => prefix as Prefix),
    tags: JSON.parse(row.tags) as string[],
    timeZone: row.time_zone,
    endpoints: (endpoints.get(row.site_id) ?? []).map(intentEndpoint),
    dropsCopies: dropping.has(row.site_id),
    tunnelKeys: new Map((keys.get(row.site_id) ?? []).map((key) => [key.tunnel, key.public_key])),
  }));
  const policies = await readPolicies(db, deleted);
  return {
    sites: sites.toSorted((a, b) => a.index - b.index),
    paths: (await pathRepository.listEnds(db)).map((row) => ({
      id: row.path_id as PathId,
      source: row.source_endpoint_id,
      destination: row.dest_endpoint_id,
    })),
    overrides: new Map((await pathOverrideRepository.list(db)).map((row) => [row.path_id, pathOverride(row)])),
    policies,
    hostSets: await readHostSets(db, policies),
    applications: await documentApplications(
      db,
      policies.map(({ match }) => match),
    ),
    qosClasses: (await qosRepository.list(db)).map(documentQosClass),
    overlay: defaultOverlay,
    confirmWindowMs,
  };
}

/** Policies in force as edges get them, in order of evaluation. */
export async function readPolicies(db: Db, deletedSites: ReadonlySet<string>): Promise<Policy[]> {
  return (await policyRepository.list(db)).flatMap((row) => (row.enabled === 1 ? livePolicy(row, deletedSites) : []));
}

/** Policies in force, and all that decides what they match. */
export async function readPolicyWorld(db: Db): Promise<{ policies: Policy[]; world: PolicyWorld }> {
  const deleted = new Set((await siteRepository.list(db, 'deleted')).map((row) => row.site_id));
  const policies = await readPolicies(db, deleted);
  const prefixes = Map.groupBy(await siteRepository.listPrefixes(db), (row) => row.site_id);
  const sites = (await siteRepository.list(db)).map((row) => ({
    id: row.site_id as SiteId,
    name: row.name,
    prefixes: (prefixes.get(row.site_id) ?? []).map(({ prefix }) => prefix as Prefix),
    tags: JSON.parse(row.tags) as string[],
    timeZone: row.time_zone,
  }));
  const applications = await documentApplications(
    db,
    policies.map(({ match }) => match),
  );
  return { policies, world: { sites, hostSets: await readHostSets(db, policies), applications } };
}

/** Those that policies name: edges need no others. */
async function readHostSets(db: Db, policies: readonly Policy[]): Promise<HostSet[]> {
  const named = new Set(policies.flatMap(({ match }) => [...hostSetsNamedBy(match)]));
  if (named.size === 0) return [];
  const rows = (await hostSetRepository.list(db)).filter((row) => named.has(row.host_set_id));
  return rows.map((row) => ({
    id: row.host_set_id as HostSetId,
    name: row.name,
    prefixes: JSON.parse(row.members) as Prefix[],
  }));
}

const pathOverride = (row: PathOverrideRow): PathOverride => ({
  reason: row.reason,
  by: row.set_by,
  expiresAt: row.expires_at,
});

/** A policy as edges get it; one that matches nothing while sites are deleted is left out. */
function livePolicy(row: PolicyRow, deletedSites: ReadonlySet<string>): Policy[] {
  const policy = documentPolicy(row);
  const { match, isVoid } = withoutSites(policy.match, deletedSites);
  return isVoid ? [] : [{ ...policy, match, action: actionWithoutSites(policy.action, deletedSites) }];
}

const intentEndpoint = (row: EndpointRow): IntentEndpoint => ({
  id: row.endpoint_id as EndpointId,
  siteId: row.site_id as SiteId,
  slot: row.slot,
  label: row.label,
  device: row.device,
  address: row.address as Address | null,
  nat: row.nat === 1,
  port: row.port,
  cost: row.cost,
  profile: row.profile as ProbeProfile,
  upBps: row.up_bps,
  downBps: row.down_bps,
  shaping: row.shaping as Shaping,
  policing: row.policing === 1,
  outerDscp: row.outer_dscp as OuterDscp,
});

import { canonicalJson, type PolicyAction, type PolicyMatch } from '@patronus/core';
import type { Db } from '../../database/schema.ts';
import { endpointRepository, type EndpointRow } from '../../repositories/endpoint-repository.ts';
import { applicationRepository, type ApplicationRow } from '../../repositories/application-repository.ts';
import { hostSetRepository } from '../../repositories/host-set-repository.ts';
import { policyRepository, type PolicyRow } from '../../repositories/policy-repository.ts';
import { siteRepository, type SiteRow } from '../../repositories/site-repository.ts';
import { completed as completedApplication, shown as shownApplication } from '../application-service.ts';
import { completeEndpoint, type EndpointInput } from '../endpoint-input.ts';
import { inputOf } from '../endpoint-service.ts';
import { identityRepository } from '../../repositories/identity-repository.ts';
import { userRepository, type UserRow } from '../../repositories/user-repository.ts';
import { completed, shownPolicy } from '../policy-service.ts';
import type { PolicyInput } from '../policy-input.ts';
import { qosRepository, type QosClassRow } from '../../repositories/qos-repository.ts';
import { completeQosClass, type QosClassFields } from '../qos-input.ts';
import { qosFieldsOf } from '../qos-service.ts';
import { readTransportLinks } from '../read-transport-links.ts';
import { tidyTags } from '../site-input.ts';
import {
  linksName,
  manifestVersion,
  type ApplicationManifest,
  type Manifest,
  type PolicyManifest,
  type QosClassManifest,
  type SiteManifest,
  type TransportLinksManifest,
  type UserManifest,
} from './manifest.ts';

/** The network as documents, by the kinds and ids of what they are about. */
export type NetworkDocuments = ReadonlyMap<string, Manifest>;

export const documentKey = (kind: Manifest['kind'], id: string | number): string => `${kind} ${id}`;

/** Everything that can be applied, as it is now: links, classes, sites, host sets, and policies in order of evaluation. */
export async function readNetwork(db: Db): Promise<NetworkDocuments> {
  const documents = new Map<string, Manifest>();
  documents.set(documentKey('TransportLinks', linksName), await linksManifest(db));
  for (const row of await qosRepository.list(db)) {
    documents.set(documentKey('QosClass', row.number), qosClassManifest(row));
  }
  const sites = await siteRepository.list(db);
  const prefixes = Map.groupBy(await siteRepository.listPrefixes(db), (row) => row.site_id);
  const endpoints = Map.groupBy(await endpointRepository.list(db), (row) => row.site_id);
  for (const row of sites) {
    const own = (prefixes.get(row.site_id) ?? []).map(({ prefix }) => prefix);
    documents.set(documentKey('Site', row.site_id), {
      ...manifest('Site', row.name),
      spec: siteSpec(row, own, endpoints.get(row.site_id) ?? []),
    });
  }
  const hostSets = await hostSetRepository.list(db);
  for (const { host_set_id, name, description, members } of hostSets) {
    const listed = JSON.parse(members) as string[];
    documents.set(documentKey('HostSet', host_set_id), {
      ...manifest('HostSet', name),
      spec: { ...(description === '' ? {} : { description }), ...(listed.length === 0 ? {} : { members: listed }) },
    });
  }
  for (const row of await applicationRepository.list(db)) {
    documents.set(documentKey('Application', row.application_id), applicationManifest(row));
  }
  const names = new Map([
    ...sites.map((row) => [row.site_id, row.name] as const),
    ...hostSets.map((row) => [row.host_set_id, row.name] as const),
  ]);
  for (const row of await policyRepository.list(db)) {
    documents.set(documentKey('Policy', row.policy_id), policyManifest(row, names));
  }
  return documents;
}

/** Users by name; what single sign-on says of those whom it brought is not for documents. */
export async function readUsers(db: Db): Promise<NetworkDocuments> {
  const managed = new Set(await identityRepository.listManagedUsers(db));
  const rows = (await userRepository.list(db)).filter(({ user_id }) => !managed.has(user_id));
  return new Map(rows.map((row) => [documentKey('User', row.user_id), userManifest(row)]));
}

const userManifest = ({ username, name, role, enabled }: UserRow): UserManifest => ({
  ...manifest('User', username),
  spec: {
    role: role as UserManifest['spec']['role'],
    ...(name === '' ? {} : { name }),
    ...(enabled === 1 ? {} : { enabled: false }),
  },
});

const manifest = <K extends Manifest['kind']>(kind: K, name: string) =>
  ({ apiVersion: manifestVersion, kind, metadata: { name } }) as const;

function applicationManifest(row: ApplicationRow): ApplicationManifest {
  const { name, title, description, category, signatures, dscp } = shownApplication(row);
  const spec = {
    ...(title === name ? {} : { title }),
    ...(description === '' ? {} : { description }),
    ...(category === 'custom' ? {} : { category }),
    signatures,
    ...(dscp === null ? {} : { dscp }),
  };
  return { ...manifest('Application', name), spec };
}

async function linksManifest(db: Db): Promise<TransportLinksManifest> {
  const links = await readTransportLinks(db);
  return { ...manifest('TransportLinks', linksName), spec: { links: links === null ? null : [...links] } };
}

/** What is as it would be if nobody said so is left out. */
const siteSpec = (
  { location, tags, time_zone, latitude, longitude }: SiteRow,
  prefixes: string[],
  endpoints: readonly EndpointRow[],
): SiteManifest['spec'] => ({
  ...(location === '' ? {} : { location }),
  ...(prefixes.length === 0 ? {} : { prefixes }),
  ...(tags === '[]' ? {} : { tags: JSON.parse(tags) as string[] }),
  ...(time_zone === 'UTC' ? {} : { time_zone }),
  ...(latitude === null || longitude === null ? {} : { latitude, longitude }),
  ...(endpoints.length === 0 ? {} : { endpoints: endpoints.map((row) => withoutDefaults(inputOf(row))) }),
});

function withoutDefaults(input: Required<EndpointInput>): EndpointInput {
  const { label, device } = input;
  const defaults: Record<string, unknown> = completeEndpoint({ label: '', device: '' });
  const told = Object.entries(input).filter(([field, value]) => value !== defaults[field]);
  return { ...Object.fromEntries(told), label, device };
}

function qosClassManifest(row: QosClassRow): QosClassManifest {
  const fields = qosFieldsOf(row);
  const defaults: Record<string, unknown> = completeQosClass({ guarantee_percent: -1 });
  const told = Object.entries(fields).filter(
    ([field, value]) => canonicalJson(value) !== canonicalJson(defaults[field]),
  );
  return { ...manifest('QosClass', row.name), spec: Object.fromEntries(told) as QosClassFields };
}

function policyManifest(row: PolicyRow, names: ReadonlyMap<string, string>): PolicyManifest {
  const match_conditions = JSON.stringify(named<PolicyMatch>(row.match_conditions, names));
  const actionText = JSON.stringify(named<PolicyAction>(row.action, names));
  const shown = shownPolicy({ ...row, match_conditions, action: actionText });
  const { name, description, priority, action, match_conditions: match, enabled } = shown as Required<PolicyInput>;
  const isPlain = canonicalJson(action) === canonicalJson(completed({ name, priority }).action);
  const spec: PolicyManifest['spec'] = {
    ...(row.is_default === 1 ? { default: true } : { priority }),
    ...(description === '' ? {} : { description }),
    ...(Object.keys(match).length === 0 ? {} : { match_conditions: match }),
    ...(isPlain ? {} : { action }),
    ...(enabled ? {} : { enabled }),
  };
  return { ...manifest('Policy', name), spec };
}

/** What a policy says, with sites and host sets by their names; sites that are deleted keep their ids. */
function named<T>(json: string, names: ReadonlyMap<string, string>): T {
  return JSON.parse(json, (key, value: unknown) => {
    if (key === 'fallbackSite') return names.get(value as string) ?? value;
    return namedLists.has(key) && Array.isArray(value) ? value.map((id: string) => names.get(id) ?? id) : value;
  }) as T;
}

const namedLists = new Set(['sourceSites', 'destinationSites', 'sourceHostSets', 'destinationHostSets']);

/** The same text for documents that say the same, whatever they leave out and in whichever case they name sites. */
export function settled(document: Manifest): string {
  const name = document.metadata.name.trim();
  if (document.kind === 'TransportLinks') return canonicalJson({ links: document.spec.links ?? null });
  if (document.kind === 'QosClass') return canonicalJson({ name, ...settledQosClass(document.spec) });
  if (document.kind === 'Policy') {
    const { default: isDefault = false, ...spec } = document.spec;
    const { match_conditions: match, ...rest } = completed({ name, priority: 0, ...spec });
    return canonicalJson({ ...lowerNames(rest), isDefault, match: lowerNames(match) });
  }
  if (document.kind === 'Application') return canonicalJson(completedApplication({ name, ...document.spec }));
  if (document.kind === 'HostSet') {
    const { description = '', members = [] } = document.spec;
    return canonicalJson({ name, description, members });
  }
  if (document.kind === 'User') {
    const { role, name: called = '', enabled = true } = document.spec;
    return canonicalJson({ name: name.toLowerCase(), role, called, enabled });
  }
  const { location = '', prefixes = [], tags = [], time_zone = 'UTC', endpoints = [] } = document.spec;
  const { latitude = null, longitude = null } = document.spec;
  const own = { name, location, prefixes, tags: tidyTags(tags), time_zone, latitude, longitude };
  return canonicalJson({ ...own, endpoints: endpoints.map(completeEndpoint) });
}

/** Names of sites, tags and host sets go in any case. */
const lowerNames = (said: object): object =>
  JSON.parse(JSON.stringify(said), (key, value: unknown) => {
    if (key === 'fallback_site') return (value as string).toLowerCase();
    const isNames = /_(?:sites|site_tags|host_sets)$/.test(key) && Array.isArray(value);
    return isNames ? value.map((name: string) => name.toLowerCase()) : value;
  }) as object;
const settledQosClass = (spec: QosClassFields): QosClassFields => {
  const complete = completeQosClass(spec);
  return { ...complete, trust_dscp: complete.trust_dscp.toSorted((a, b) => a - b) };
};

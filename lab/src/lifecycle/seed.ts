import { joinedLines, type LabPlan, type LinePlan, type SitePlan, type TopologyPolicy } from '../topology/index.ts';
import type { ControllerApi } from './controller-api.ts';

interface SiteItem {
  readonly id: string;
  readonly name: string;
  readonly endpoints: readonly { readonly id: string; readonly label: string }[];
}

/** Makes the controller's sites, endpoints, links and policies those of the lab; what it has already is kept and mended. */
export async function seedController(api: ControllerApi, plan: LabPlan): Promise<void> {
  const sites = await api.list<SiteItem>('/sites');
  for (const site of plan.sites)
    await seedSite(
      api,
      plan,
      site,
      sites.find((item) => item.name === site.name),
    );
  const links = plan.topology.links?.map(([a, b]) => ({ a, b })) ?? null;
  await api.request('PUT', '/transport-links', { links });
  const policies = await api.list<{ id: number; name: string }>('/policies');
  for (const policy of plan.topology.policies ?? []) {
    await seedPolicy(api, policy, policies.find((item) => item.name === policy.name)?.id);
  }
}

/** A key with which the edge of a site enrols, in place of the one it may have had. */
export async function enrolmentKey(api: ControllerApi, site: string): Promise<string> {
  const body = { site, max_uses: 1, expires_in_seconds: 600, replace: true };
  const { key } = await api.request<{ key: string }>('POST', '/enrolment-keys', body);
  return key;
}

async function seedSite(api: ControllerApi, plan: LabPlan, site: SitePlan, known: SiteItem | undefined): Promise<void> {
  const {
    location = '',
    latitude = null,
    longitude = null,
  } = plan.topology.sites.find((item) => item.name === site.name) ?? {};
  const lines = plan.lines.filter((line) => line.site === site.name);
  const fields = { name: site.name, location, latitude, longitude, prefixes: [site.lan] };
  if (known === undefined) {
    await api.request('POST', '/sites', { ...fields, endpoints: lines.map(endpointBody) });
    return;
  }
  await api.request('PATCH', `/sites/${known.id}`, fields);
  for (const endpoint of known.endpoints) {
    if (!lines.some((line) => line.label === endpoint.label)) await api.request('DELETE', `/endpoints/${endpoint.id}`);
  }
  for (const line of lines) {
    const endpoint = known.endpoints.find((item) => item.label === line.label);
    await (endpoint === undefined
      ? api.request('POST', '/endpoints', { site: site.name, ...endpointBody(line) })
      : api.request('PATCH', `/endpoints/${endpoint.id}`, endpointBody(line)));
  }
}

const bps = (megabits: number | undefined): number | null => (megabits === undefined ? null : megabits * 1e6);

const endpointBody = (line: LinePlan) => ({
  label: line.label,
  device: line.label,
  address: line.publicAddress,
  nat: line.nat,
  cost: line.endpoint.cost ?? 0,
  profile: line.endpoint.profile ?? 'default',
  up_bps: bps(line.endpoint.up_mbit),
  down_bps: bps(line.endpoint.down_mbit),
});

async function seedPolicy(api: ControllerApi, policy: TopologyPolicy, known: number | undefined): Promise<void> {
  await (known === undefined
    ? api.request('POST', '/policies', policy)
    : api.request('PATCH', `/policies/${known}`, policy));
}

/** A path as the API tells it, as far as the lab looks at it. */
export interface PathItem {
  readonly id: string;
  readonly source_site: string;
  readonly dest_site: string;
  readonly source_label: string;
  readonly dest_label: string;
  readonly latency: number | null;
  readonly jitter: number | null;
  readonly loss: number | null;
  readonly health_status: string;
  /** Unix ms since when it has that health; null before the first report. */
  readonly since: number | null;
}

/** Both directions of every pair of lines that a tunnel can join, as `hq/mpls → branch/mpls`. */
export const expectedPaths = (plan: LabPlan): string[] =>
  joinedLines(plan).flatMap(([a, b]) => [`${a.name} → ${b.name}`, `${b.name} → ${a.name}`]);

export const pathName = (path: PathItem): string =>
  `${path.source_site}/${path.source_label} → ${path.dest_site}/${path.dest_label}`;

import { addressAt, prefix, prefixLength, type Address, type Prefix } from '@patronus/core';
import type { Impairment, LineDirection } from '../wan/impairment.ts';
import type { Topology, TopologyEndpoint, TopologySite } from './topology.ts';

/** Where every edge of a lab reaches the controller. */
export const controllerAddress = '198.18.0.1' as Address;
export const controllerPort = 8443;

/** RFC 2544 test addresses: the lower half for the lines, the upper for the providers' side of them. */
const lineRange = prefix('198.18.0.0/16');
const transitRange = prefix('198.19.0.0/16');
const blockSize = 4;

/** A lab with every name and address decided. Device names are within one namespace and so need not be unique. */
export interface LabPlan {
  readonly id: string;
  readonly topology: Topology;
  /** Between the providers; the controller's address lives here. */
  readonly coreNamespace: string;
  readonly sites: readonly SitePlan[];
  readonly lines: readonly LinePlan[];
}

export interface SitePlan {
  readonly name: string;
  readonly namespace: string;
  readonly lan: Prefix;
  readonly lanGateway: Address;
  readonly hosts: readonly HostPlan[];
}

export interface HostPlan {
  readonly name: string;
  readonly namespace: string;
  readonly address: Address;
}

/** One uplink of one site, through its emulated provider, to the core. */
export interface LinePlan {
  /** `site/label`. */
  readonly name: string;
  readonly index: number;
  readonly site: string;
  readonly label: string;
  readonly siteNamespace: string;
  readonly namespace: string;
  readonly nat: boolean;
  /** The provider's network at the site. */
  readonly network: Prefix;
  readonly gateway: Address;
  readonly siteAddress: Address;
  /** Between provider and core. */
  readonly transit: Prefix;
  readonly coreAddress: Address;
  readonly providerAddress: Address;
  /** Name of the device in the core that leads to this line. */
  readonly coreDevice: string;
  /** Where other sites reach the endpoint; null behind NAT. */
  readonly publicAddress: Address | null;
  readonly endpoint: TopologyEndpoint;
}

/** The first address of a LAN's hosts counts from here, below it is room for a site's own gear. */
const firstHost = 10;

const namespacePrefix = 'plab-';

export const labNamespacePrefix = (id: string): string => `${namespacePrefix}${id}-`;

/** Decides names and addresses. `id` makes the names of one lab differ from another's. */
export function planLab(topology: Topology, id: string): LabPlan {
  const named = (text: string): string => `${labNamespacePrefix(id)}${text}`;
  const sites = topology.sites.map((site) => planSite(site, named));
  const lines = topology.sites
    .flatMap((site) => site.endpoints.map((endpoint) => ({ site: site.name, endpoint })))
    .map(({ site, endpoint }, index) => planLine(site, endpoint, index, named));
  return { id, topology, coreNamespace: named('_core'), sites, lines };
}

function planSite(site: TopologySite, named: (text: string) => string): SitePlan {
  const lan = prefix(site.lan);
  const hosts = Array.from({ length: site.hosts ?? 1 }, (_, index) => ({
    name: `h${index + 1}`,
    namespace: named(`${site.name}.h${index + 1}`),
    address: addressAt(lan, firstHost + index),
  }));
  return { name: site.name, namespace: named(site.name), lan, lanGateway: addressAt(lan, 1), hosts };
}

function planLine(site: string, endpoint: TopologyEndpoint, index: number, named: (text: string) => string): LinePlan {
  const offset = (index + 1) * blockSize;
  const block = (range: Prefix): Prefix => prefix(`${addressAt(range, offset)}/30`);
  const siteAddress = addressAt(lineRange, offset + 2);
  const nat = endpoint.nat ?? false;
  return {
    name: `${site}/${endpoint.label}`,
    index,
    site,
    label: endpoint.label,
    siteNamespace: named(site),
    namespace: named(`${site}_${endpoint.label}`),
    nat,
    network: block(lineRange),
    gateway: addressAt(lineRange, offset + 1),
    siteAddress,
    transit: block(transitRange),
    coreAddress: addressAt(transitRange, offset + 1),
    providerAddress: addressAt(transitRange, offset + 2),
    coreDevice: `line${index}`,
    publicAddress: nat ? null : siteAddress,
    endpoint,
  };
}

/** What the topology says a direction of a line does when nothing is wrong. */
export function plannedImpairment(endpoint: TopologyEndpoint, direction: LineDirection): Impairment {
  const megabits = direction === 'out' ? endpoint.up_mbit : endpoint.down_mbit;
  return {
    delayMs: endpoint.delay_ms,
    jitterMs: endpoint.jitter_ms ?? 0,
    lossPercent: endpoint.loss_percent ?? 0,
    rateBps: megabits === undefined ? null : megabits * 1e6,
    reorderPercent: 0,
    duplicatePercent: 0,
  };
}

/** Whether lines of these labels may exchange packets; without any links all may. */
export const labelsLinked = (topology: Topology, a: string, b: string): boolean =>
  topology.links === undefined || topology.links.some(([x, y]) => (x === a && y === b) || (x === b && y === a));

/** Pairs of lines of different sites that a tunnel can join: linked labels, and not both behind NAT. */
export const joinedLines = (plan: LabPlan): (readonly [LinePlan, LinePlan])[] =>
  plan.lines.flatMap((a) =>
    plan.lines
      .filter((b) => a.index < b.index && a.site !== b.site)
      .filter((b) => labelsLinked(plan.topology, a.label, b.label) && !(a.nat && b.nat))
      .map((b) => [a, b] as const),
  );

/** Length of a plan's LAN prefix, for `address/length` texts. */
export const lanAddress = (site: SitePlan, address: Address): string => `${address}/${prefixLength(site.lan)}`;

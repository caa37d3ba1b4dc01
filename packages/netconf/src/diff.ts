import { canonicalJson } from '@patronus/core';
import type {
  Family,
  KernelState,
  NextHopGroup,
  ObservedState,
  Route,
  TunnelPeerState,
  TunnelState,
} from './kernel-state.ts';
import { duplicationSteps } from './duplication.ts';
import { byText } from './prefix-set.ts';
import { attachSteps, detachSteps } from './programs.ts';
import { rulesetShape } from './ruleset.ts';
import { shaperSteps } from './shaper-diff.ts';
import type { RoutingChange, Step } from './step.ts';

/**
 * The steps that lead from what a kernel holds to what it should hold, in an order in which each is possible and traffic
 * keeps flowing: what is new comes before the classification that uses it, what is old goes after. No steps when there is
 * nothing to do.
 *
 * The members of a next-hop group that exists are left to steering, unless the group would vanish with them.
 */
export function diff(observed: ObservedState, desired: KernelState): Step[] {
  const standing = withoutDevices(observed, new Set(observed.brokenTunnels));
  const doomed = observed.tunnels.filter(({ name }) => !desired.tunnels.some((tunnel) => tunnel.name === name));
  const tunnelSysctls = new Set(desired.tunnels.map(({ name }) => `net/ipv4/conf/${name}/rp_filter`));
  // they exist once a ruleset has had the module loaded
  const ofConntrack = (key: string): boolean => key.startsWith('net/netfilter/');
  return [
    ...sysctlSteps(observed, desired, (key) => !tunnelSysctls.has(key) && !ofConntrack(key)),
    ...observed.brokenTunnels.map((name): Step => ({ do: 'delete_tunnel', name })),
    ...desired.tunnels.flatMap((tunnel) =>
      tunnelSteps(
        standing.tunnels.find(({ name }) => name === tunnel.name),
        tunnel,
      ),
    ),
    ...sysctlSteps(standing, desired, (key) => tunnelSysctls.has(key)),
    ...attachSteps(standing.programs, desired.programs),
    ...duplicationSteps(observed.duplication, desired.duplication),
    ...routingStep(additions(standing, desired)),
    ...rulesetSteps(observed, desired),
    ...sysctlSteps(observed, desired, ofConntrack),
    ...shaperSteps(standing.shapers, desired.shapers),
    ...routingStep(removals(standing, desired)),
    ...detachSteps(standing.programs, desired.programs, new Set(doomed.map(({ name }) => name))),
    ...doomed.map(({ name }): Step => ({ do: 'delete_tunnel', name })),
  ];
}

/**
 * Whether a plan made or lost members of next-hop groups, so that whoever steers must write them again.
 */
export const touchesGroups = (steps: readonly Step[]): boolean =>
  steps.some(
    (step) =>
      step.do === 'change_routing' &&
      step.changes.some(({ object, verb }) => (object === 'group' && verb !== 'delete') || object === 'next_hop'),
  );

/** What is left of a state when devices go: the kernel takes with them all that points at them. */
function withoutDevices(state: ObservedState, devices: ReadonlySet<string>): ObservedState {
  if (devices.size === 0) return state;
  const nextHops = state.nextHops.filter(({ device }) => device === null || !devices.has(device));
  const alive = new Set(nextHops.map(({ id }) => id));
  const groups = state.groups
    .map(({ id, members }) => ({ id, members: members.filter(({ nextHop }) => alive.has(nextHop)) }))
    .filter(({ members }) => members.length > 0);
  groups.forEach(({ id }) => alive.add(id));
  const stays = ({ target }: Route): boolean =>
    target.type === 'next_hop' ? alive.has(target.id) : target.type !== 'device' || !devices.has(target.device);
  return {
    ...state,
    tunnels: state.tunnels.filter(({ name }) => !devices.has(name)),
    programs: state.programs.filter(({ device }) => !devices.has(device)),
    nextHops,
    groups,
    routes: state.routes.filter(stays),
    sysctls: Object.fromEntries(
      Object.entries(state.sysctls).filter(([key]) => !devices.has(/^net\/ipv4\/conf\/([^/]+)\//.exec(key)?.[1] ?? '')),
    ),
    shapers: state.shapers.map((shaper) => ({
      ...shaper,
      redirects: shaper.redirects.filter((device) => !devices.has(device)),
    })),
  };
}

const sysctlSteps = (observed: ObservedState, desired: KernelState, wanted: (key: string) => boolean): Step[] =>
  Object.entries(desired.sysctls)
    .filter(([key, value]) => wanted(key) && observed.sysctls[key] !== value)
    .map(([key, value]) => ({ do: 'set_sysctl', key, value }));

function tunnelSteps(observed: TunnelState | undefined, desired: TunnelState): Step[] {
  const { name, listenPort, fwmark, publicKey, mtu } = desired;
  const sameSocket =
    observed?.listenPort === listenPort && observed.fwmark === fwmark && observed.publicKey === publicKey;
  const peers = new Map(observed?.peers.map((peer) => [peer.publicKey, peer]));
  const changedPeers = desired.peers.filter((peer) => !samePeer(peers.get(peer.publicKey), peer));
  const wanted = new Set(desired.peers.map((peer) => peer.publicKey));
  const strangers = [...peers.keys()].filter((key) => !wanted.has(key));
  const steps: (Step | false)[] = [
    observed === undefined && { do: 'create_tunnel', name },
    !sameSocket && { do: 'configure_tunnel', name, listenPort, fwmark, publicKey },
    changedPeers.length > 0 && { do: 'set_peers', name, peers: changedPeers },
    strangers.length > 0 && { do: 'remove_peers', name, publicKeys: strangers },
    (observed?.mtu !== mtu || !observed.up) && { do: 'raise_tunnel', name, mtu },
  ];
  return steps.filter((step) => step !== false);
}

/** A peer that calls us may call from anywhere, so its endpoint is not ours to compare. */
function samePeer(observed: TunnelPeerState | undefined, desired: TunnelPeerState): boolean {
  if (observed?.keepalive !== desired.keepalive) return false;
  const sameEndpoint = desired.endpoint === null || same(observed.endpoint, desired.endpoint);
  return sameEndpoint && observed.allowedIps.toSorted().join() === desired.allowedIps.toSorted().join();
}

function additions(observed: ObservedState, desired: KernelState): RoutingChange[] {
  const nextHops = missing(observed.nextHops, desired.nextHops);
  const groups = new Map(observed.groups.map((group) => [group.id, group]));
  const routes = new Map(observed.routes.map((route) => [routeKey(route), route]));
  return [
    ...desired.tunnels.flatMap(({ name, addresses }) => {
      const present = observed.tunnels.find((tunnel) => tunnel.name === name)?.addresses ?? [];
      return addresses
        .filter((address) => !present.includes(address))
        .map((address) => ({ verb: 'add', object: 'address', device: name, address }) as const);
    }),
    ...nextHops.map((nextHop) => ({ verb: 'add', object: 'next_hop', nextHop }) as const),
    ...desired.groups
      .filter(({ id }) => !groups.has(id))
      .map((group) => ({ verb: 'add', object: 'group', group }) as const),
    ...byFamily(desired.routes).flatMap((route): RoutingChange[] => {
      const present = routes.get(routeKey(route));
      if (present !== undefined && routeContent(present) === routeContent(route)) return [];
      return [{ verb: present === undefined ? 'add' : 'replace', object: 'route', route }];
    }),
    ...missing(observed.rules, byFamily(desired.rules)).map((rule) => ({ verb: 'add', object: 'rule', rule }) as const),
  ];
}

function removals(observed: ObservedState, desired: KernelState): RoutingChange[] {
  const routes = new Set(desired.routes.map(routeKey));
  const staleNextHops = missing(desired.nextHops, observed.nextHops);
  return [
    ...missing(desired.rules, observed.rules).map((rule) => ({ verb: 'delete', object: 'rule', rule }) as const),
    ...observed.routes
      .filter((route) => !routes.has(routeKey(route)))
      .map((route) => ({ verb: 'delete', object: 'route', route }) as const),
    ...observed.groups
      .filter(({ id }) => !desired.groups.some((group) => group.id === id))
      .map((group) => ({ verb: 'delete', object: 'group', group }) as const),
    ...rescuedGroups(observed, desired, new Set(staleNextHops.map(({ id }) => id))).map(
      (group) => ({ verb: 'replace', object: 'group', group }) as const,
    ),
    ...staleNextHops.map((nextHop) => ({ verb: 'delete', object: 'next_hop', nextHop }) as const),
    ...desired.tunnels.flatMap(({ name, addresses }) => {
      const present = observed.tunnels.find((tunnel) => tunnel.name === name)?.addresses ?? [];
      return present
        .filter((address) => !addresses.includes(address))
        .map((address) => ({ verb: 'delete', object: 'address', device: name, address }) as const);
    }),
  ];
}

/** Groups that are still wanted but would vanish, and their routes with them, as all their members go. */
const rescuedGroups = (observed: ObservedState, desired: KernelState, stale: ReadonlySet<number>): NextHopGroup[] =>
  desired.groups.filter((group) =>
    observed.groups.some(({ id, members }) => id === group.id && members.every(({ nextHop }) => stale.has(nextHop))),
  );

function rulesetSteps(observed: ObservedState, desired: KernelState): Step[] {
  if (desired.ruleset === null) return observed.ruleset === null ? [] : [{ do: 'delete_ruleset' }];
  if (observed.ruleset !== null && same(observed.ruleset, rulesetShape(desired.ruleset))) return [];
  return [{ do: 'replace_ruleset', ruleset: desired.ruleset, previous: observed.ruleset }];
}

const routingStep = (changes: readonly RoutingChange[]): Step[] =>
  changes.length === 0 ? [] : [{ do: 'change_routing', changes }];

/** Each change of family is one more run of `ip`. */
const byFamily = <T extends { family: Family }>(items: readonly T[]): T[] =>
  items.toSorted((a, b) => byText(a.family, b.family));

const routeKey = (route: Route): string => `${route.family} ${route.table} ${route.destination} ${route.metric}`;

function routeContent({ target, source, mtu }: Route): string {
  const detail =
    target.type === 'next_hop' ? target.id : target.type === 'device' && `${target.device} ${target.gateway}`;
  return `${target.type} ${detail} ${source} ${mtu}`;
}

const same = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

/** Those of `wanted` that have no equal in `present`. */
function missing<T>(present: readonly T[], wanted: readonly T[]): T[] {
  const known = new Set(present.map(canonicalJson));
  return wanted.filter((item) => !known.has(canonicalJson(item)));
}

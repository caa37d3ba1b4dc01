import {
  err,
  isIpv6,
  maxClasses,
  maxSlots,
  ok,
  prefixBits,
  uplinkMark,
  type FieldProblem,
  type Prefix,
  type Result,
} from '@patronus/core';
import type { SiteDocument, Tunnel } from '@patronus/protocol';
import { compileDuplication } from './duplication.ts';
import { breakoutPrefixes } from './breakout.ts';
import type { KernelState, TunnelState } from './kernel-state.ts';
import type { LocalFacts } from './local-facts.ts';
import { byText, familyOf } from './prefix-set.ts';
import { compilePrograms } from './programs.ts';
import { compileGroups, compileNextHops, compileRoutes, compileRules } from './routing.ts';
import { compileRuleset } from './ruleset.ts';
import { compileShapers } from './shapers.ts';

/**
 * What the kernel of an edge must hold for a document. Answers every problem of the document at once where it cannot be
 * brought into a kernel; then nothing of it may be.
 */
export function compileKernelState(
  document: SiteDocument,
  facts: LocalFacts,
): Result<KernelState, readonly FieldProblem[]> {
  const problems = [
    ...numberProblems(document),
    ...tunnelProblems(document, facts),
    ...prefixProblems(document, facts),
  ];
  if (problems.length > 0) return err(problems);
  const programs = compilePrograms(document, facts);
  return ok({
    tunnels: document.tunnels.map((tunnel) => compileTunnel(tunnel, document, facts)),
    nextHops: compileNextHops(document),
    groups: compileGroups(document, facts.decisions),
    routes: compileRoutes(document, facts),
    rules: compileRules(document, facts),
    ruleset: compileRuleset(document, facts),
    programs,
    duplication: compileDuplication(document, programs),
    shapers: compileShapers(document, facts),
    sysctls: compileSysctls(document, facts),
  });
}

function compileTunnel(tunnel: Tunnel, document: SiteDocument, facts: LocalFacts): TunnelState {
  const prefixes = new Map(document.remoteSites.map((site) => [site.id, site.prefixes]));
  return {
    name: tunnel.name,
    up: true,
    mtu: tunnel.mtu,
    listenPort: tunnel.listenPort,
    fwmark: uplinkMark(tunnel.localSlot),
    publicKey: facts.tunnelKeys[tunnel.name]!,
    addresses: [tunnel.probeAddress],
    peers: tunnel.peers.map((peer) => ({
      publicKey: peer.publicKey,
      endpoint: peer.address === null ? null : { address: peer.address, port: peer.port },
      allowedIps: [
        `${peer.probeAddress}/32` as Prefix,
        ...(prefixes.get(peer.siteId) ?? []),
        ...breakoutPrefixes(document, peer, facts.ipv6),
      ],
      keepalive: peer.keepalive,
    })),
  };
}

/**
 * Forwarding; loose reverse-path checks, as a site is reached over several devices; the mark counts in those checks; flows
 * are shared over a group by their ports too, so that each keeps to one path. Without the compatibility mode of next hops a
 * switch takes microseconds, whatever the number of routes: with it the kernel announces each of them anew. Connection
 * tracking need not add up every packet to see whether it is whole: the tunnels prove it, and the receiver checks it anyhow.
 * It counts the octets of each flow, for those who ask what flows. Nor shall it judge the windows of a TCP flow that it did not see for a while: the flow would lose its class.
 */
function compileSysctls(document: SiteDocument, facts: LocalFacts): Record<string, string> {
  const uplinks = document.endpoints.map(({ device }) => device).filter((device) => device in facts.uplinks);
  const tunnels = document.tunnels.map(({ name }) => name);
  const ipv6 = [...document.site.prefixes, ...document.remoteSites.flatMap((site) => site.prefixes)].some(isIpv6);
  return {
    'net/ipv4/ip_forward': '1',
    'net/ipv4/fib_multipath_hash_policy': '1',
    'net/ipv4/nexthop_compat_mode': '0',
    'net/ipv4/conf/all/src_valid_mark': '1',
    'net/netfilter/nf_conntrack_acct': '1',
    'net/netfilter/nf_conntrack_checksum': '0',
    'net/netfilter/nf_conntrack_tcp_be_liberal': '1',
    ...Object.fromEntries([...uplinks, ...tunnels].map((device) => [reversePathSysctl(device), '2'])),
    ...(ipv6 ? { 'net/ipv6/conf/all/forwarding': '1', 'net/ipv6/fib_multipath_hash_policy': '1' } : {}),
  };
}

/** Every sysctl that a document may set, whatever the machine looks like. */
export const sysctlsOf = (document: SiteDocument): string[] => [
  'net/ipv4/ip_forward',
  'net/ipv4/fib_multipath_hash_policy',
  'net/ipv4/nexthop_compat_mode',
  'net/ipv4/conf/all/src_valid_mark',
  'net/netfilter/nf_conntrack_acct',
  'net/netfilter/nf_conntrack_checksum',
  'net/netfilter/nf_conntrack_tcp_be_liberal',
  'net/ipv6/conf/all/forwarding',
  'net/ipv6/fib_multipath_hash_policy',
  ...[...document.endpoints.map(({ device }) => device), ...document.tunnels.map(({ name }) => name)].map(
    reversePathSysctl,
  ),
];

const reversePathSysctl = (device: string): string => `net/ipv4/conf/${device}/rp_filter`;

function numberProblems(document: SiteDocument): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const slots = new Set<number>();
  document.endpoints.forEach(({ slot, device }, index) => {
    const field = `endpoints[${index}].slot`;
    if (slot < 0 || slot >= maxSlots) problems.push({ field, problem: `${slot} is not between 0 and ${maxSlots - 1}` });
    if (slots.has(slot)) problems.push({ field, problem: `${device} has slot ${slot}, as another endpoint has` });
    slots.add(slot);
  });
  const classes = new Set<number>();
  document.policies.forEach((policy, index) => {
    const field = `policies[${index}].class`;
    if (policy.class < 1 || policy.class > maxClasses) {
      problems.push({ field, problem: `${policy.class} is not between 1 and ${maxClasses}` });
    }
    if (classes.has(policy.class)) {
      problems.push({ field, problem: `class ${policy.class} belongs to two policies` });
    }
    classes.add(policy.class);
  });
  return problems;
}

function tunnelProblems(document: SiteDocument, facts: LocalFacts): FieldProblem[] {
  const slots = new Set(document.endpoints.map(({ slot }) => slot));
  const sites = new Set(document.remoteSites.map(({ id }) => id));
  return document.tunnels.flatMap((tunnel, index) => {
    const field = `tunnels[${index}]`;
    const problems: FieldProblem[] = [];
    if (facts.tunnelKeys[tunnel.name] === undefined) problems.push({ field, problem: `${tunnel.name} has no key` });
    if (!slots.has(tunnel.localSlot)) {
      problems.push({ field, problem: `${tunnel.name} starts at slot ${tunnel.localSlot}, where no endpoint is` });
    }
    const seen = new Set<string>();
    tunnel.peers.forEach((peer, at) => {
      const known = [peer.siteId, peer.publicKey];
      if (!sites.has(peer.siteId)) {
        problems.push({ field: `${field}.peers[${at}]`, problem: `site ${peer.siteId} is not among the remote sites` });
      }
      if (known.some((value) => seen.has(value))) {
        problems.push({ field: `${field}.peers[${at}]`, problem: `${tunnel.name} has the same site or key twice` });
      }
      known.forEach((value) => seen.add(value));
    });
    return problems;
  });
}

function prefixProblems(document: SiteDocument, facts: LocalFacts): FieldProblem[] {
  const owned = [document.site, ...document.remoteSites].flatMap(({ name, prefixes }) =>
    prefixes.map((prefix) => ({ prefix, site: name, bits: `${familyOf(prefix)} ${prefixBits(prefix)}` })),
  );
  const problems: FieldProblem[] = [];
  const around: typeof owned = [];
  for (const inner of owned.toSorted((a, b) => byText(a.bits, b.bits))) {
    while (around.length > 0 && !inner.bits.startsWith(around.at(-1)!.bits)) around.pop();
    const outer = around.at(-1);
    if (outer !== undefined && (outer.site !== inner.site || outer.prefix === inner.prefix)) {
      const problem = `${inner.prefix} of ${inner.site} lies in ${outer.prefix} of ${outer.site}`;
      problems.push({ field: 'prefixes', problem });
    }
    around.push(inner);
  }
  const ipv6 = owned.find(({ prefix }) => isIpv6(prefix));
  if (facts.ipv6 || ipv6 === undefined) return problems;
  const problem = `${ipv6.site} has ${ipv6.prefix}, but the kernel of this edge has no IPv6`;
  return [...problems, { field: 'prefixes', problem, remedy: 'set net.ipv6.conf.all.disable_ipv6 to 0' }];
}

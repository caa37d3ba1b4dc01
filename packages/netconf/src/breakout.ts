import { classMark, classTable, defaultClass, groupNextHop, markMask, type Policy, type Prefix } from '@patronus/core';
import { breaksOut } from '@patronus/policy';
import type { LocalEndpoint, SiteDocument, TunnelPeer } from '@patronus/protocol';
import type { Chain, Family, Route } from './kernel-state.ts';
import type { LocalFacts, UplinkFacts } from './local-facts.ts';
import { hex } from './marks.ts';
import { byText } from './prefix-set.ts';

/** Metrics in the table of a class that breaks out: uplinks by their place, then the fallback site, then nothing. */
const metrics = { firstUplink: 16, fallback: 64, lastResort: 4_278_198_272 };

/** Whether traffic to addresses of no site is held against the policies. */
export const hasBreakout = ({ policies }: SiteDocument): boolean => policies.some(breaksOut);

/** The uplinks of this site by which a policy's traffic leaves, best first. A fallback site without those labels uses any. */
function exits({ site, endpoints }: SiteDocument, { action: { breakout } }: Policy): readonly LocalEndpoint[] {
  const named = breakout!.labels.flatMap((label) => endpoints.filter((endpoint) => endpoint.label === label));
  if (named.length > 0 || breakout!.fallbackSite !== site.id) return named;
  return endpoints.toSorted((a, b) => a.cost - b.cost || a.slot - b.slot);
}

/**
 * Default routes of the table of a policy that breaks out: over each of its uplinks that works, then over the paths of the
 * default policy to the fallback site. Where there is none nothing leaves, least of all by the wrong uplink.
 */
export function breakoutRoutes(document: SiteDocument, policy: Policy, facts: LocalFacts, family: Family): Route[] {
  const table = classTable(policy.class);
  const route = (metric: number, target: Route['target']): Route => {
    return { family, table, destination: 'default', metric, target, source: null };
  };
  // without address translation nobody out there could answer
  const usable = facts.refused.has('breakout') ? [] : exits(document, policy);
  const uplinks = usable.flatMap(({ device }, place): Route[] => {
    const uplink = facts.uplinks[device];
    if (uplink === undefined || facts.deadUplinks.includes(device)) return [];
    const gateway = family === 'inet' ? uplink.gateway : uplink.gateway6;
    if (gateway === null && !isItsOwnDefault(uplink, family)) return [];
    return [route(metrics.firstUplink + place, { type: 'device', device, gateway })];
  });
  const hub = document.remoteSites.find(({ id }) => id === policy.action.breakout!.fallbackSite);
  const fallback =
    hub === undefined
      ? []
      : [route(metrics.fallback, { type: 'next_hop', id: groupNextHop(defaultClass, hub.index) } as const)];
  return [...uplinks, ...fallback, route(metrics.lastResort, { type: 'unreachable' })];
}

/** A device without a gateway leads everywhere where it has an address of the family that others can answer. */
const isItsOwnDefault = ({ addresses }: UplinkFacts, family: Family): boolean =>
  addresses.some(({ address }) =>
    family === 'inet' ? !address.includes(':') : /^(?!fe[89ab])[0-9a-f]*:/.test(address),
  );

const everything = ['0.0.0.0/0', '::/0'] as Prefix[];

/** What a peer may carry beside its own prefixes: where it is the fallback site, all that goes to no site. */
export const breakoutPrefixes = ({ policies }: SiteDocument, { siteId }: TunnelPeer, ipv6: boolean): Prefix[] =>
  policies.some(({ action }) => action.breakout?.fallbackSite === siteId) ? everything.slice(0, ipv6 ? 2 : 1) : [];

/** Gives what breaks out the address of the uplink that it leaves by. */
export function masqueradeChains({ policies, endpoints }: SiteDocument): Chain[] {
  const marks = policies.filter(breaksOut).map((policy) => hex(classMark(policy.class)));
  if (marks.length === 0 || endpoints.length === 0) return [];
  const devices = endpoints.map(({ device }) => `"${device}"`).toSorted(byText);
  return [
    {
      type: 'chain',
      name: 'breakout',
      hook: 'type nat hook postrouting priority srcnat; policy accept;',
      rules: [`meta mark & ${hex(markMask)} { ${marks.join(', ')} } oifname { ${devices.join(', ')} } masquerade`],
    },
  ];
}

import { routeProtocol, type Address, type Prefix } from '@patronus/core';
import {
  mainTable,
  type Family,
  type NextHop,
  type NextHopGroup,
  type ObservedLink,
  type ObservedState,
  type Route,
  type RouteTarget,
  type RoutingRule,
  type RuleAction,
} from './kernel-state.ts';

/** `ip -j address show`. */
export function parseLinks(json: string): ObservedLink[] {
  return parseList<IpLink>(json).map((link) => ({
    name: link.ifname,
    up: link.flags.includes('UP'),
    carrier: link.flags.includes('LOWER_UP'),
    mtu: link.mtu,
    addresses: link.addr_info
      .filter((info): info is Required<IpAddress> => info.local !== undefined && info.prefixlen !== undefined)
      .map((info) => ({ address: info.local as Address, prefixLength: info.prefixlen })),
  }));
}

/** `ip -j nexthop show`: those that carry our protocol number. */
export function parseNextHops(json: string): { nextHops: NextHop[]; groups: NextHopGroup[] } {
  const objects = parseList<IpNextHop>(json).filter(({ protocol }) => protocol === String(routeProtocol));
  return {
    nextHops: objects.filter(({ group }) => group === undefined).map(({ id, dev }) => ({ id, device: dev ?? null })),
    groups: objects.flatMap(({ id, group }) =>
      group === undefined
        ? []
        : [{ id, members: group.map((member) => ({ nextHop: member.id, weight: member.weight ?? 1 })) }],
    ),
  };
}

/** `ip -4 -j route show table all proto 80`, or the same with -6. */
export const parseRoutes = (json: string, family: Family): Route[] =>
  parseList<IpRoute>(json).map((route) => ({
    family,
    table: parseTable(route.table),
    destination: parseDestination(route.dst, family),
    metric: route.metric ?? 0,
    target: parseTarget(route),
    source: (route.prefsrc as Address | undefined) ?? null,
    ...mtuOf(route),
  }));

/** `ip -4 -j route show table main default`, or the same with -6: the gateway of each device's best default route. */
export function parseGateways(json: string): ObservedState['gateways'] {
  const defaults = parseList<IpRoute>(json).toSorted((a, b) => (a.metric ?? 0) - (b.metric ?? 0));
  const legs = defaults.flatMap((route) => [route, ...(route.nexthops ?? [])]);
  const known = new Set<string>();
  return legs.flatMap(({ dev, gateway }) => {
    if (dev === undefined || gateway === undefined || known.has(dev)) return [];
    known.add(dev);
    return [{ device: dev, address: gateway as Address }];
  });
}

/** `ip -4 -j rule show`, or the same with -6: those that carry our protocol number. */
export const parseRules = (json: string, family: Family): RoutingRule[] =>
  parseList<IpRule>(json)
    .filter(({ protocol }) => protocol === String(routeProtocol))
    .map((rule) => ({
      family,
      priority: rule.priority,
      fwmark:
        rule.fwmark === undefined && rule.fwmask === undefined
          ? null
          : { value: Number(rule.fwmark ?? 0), mask: Number(rule.fwmask ?? 0xffff_ffff) },
      from: rule.src === 'all' ? null : (rule.src as Address),
      to:
        rule.dst === undefined ? null : (`${rule.dst}/${rule.dstlen ?? (rule.dst.includes(':') ? 128 : 32)}` as Prefix),
      table: rule.table === undefined && actionOf(rule).action !== undefined ? 0 : parseTable(rule.table),
      suppressPrefixLength: rule.suppress_prefixlen ?? null,
      ...actionOf(rule),
    }));

function actionOf(rule: IpRule): { action?: RuleAction } {
  if (rule.goto !== undefined) return { action: { goto: rule.goto } };
  return rule.nop === undefined ? {} : { action: 'nop' };
}

function mtuOf({ metrics = [] }: IpRoute): { mtu?: number } {
  const mtu = metrics.find((metric) => metric.mtu !== undefined)?.mtu;
  return mtu === undefined ? {} : { mtu };
}

function parseTarget(route: IpRoute): RouteTarget {
  if (route.nhid !== undefined) return { type: 'next_hop', id: route.nhid };
  if (route.type === 'unreachable' || route.dev === undefined) return { type: 'unreachable' };
  return { type: 'device', device: route.dev, gateway: (route.gateway as Address | undefined) ?? null };
}

/** `ip` writes host routes without their length. */
function parseDestination(text: string, family: Family): Prefix | 'default' {
  if (text === 'default') return 'default';
  return (text.includes('/') ? text : `${text}/${family === 'inet' ? 32 : 128}`) as Prefix;
}

function parseTable(table: string | undefined): number {
  if (table === undefined || table === 'main') return mainTable;
  if (table === 'local') return 255;
  return table === 'default' ? 253 : Number(table);
}

/** `ip -j` answers nothing at all for an empty list of some objects. */
const parseList = <T>(json: string): T[] => (json.trim() === '' ? [] : (JSON.parse(json) as T[]));

interface IpLink {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly addr_info: readonly IpAddress[];
}

interface IpAddress {
  readonly local?: string;
  readonly prefixlen?: number;
}

interface IpNextHop {
  readonly id: number;
  readonly protocol?: string;
  readonly dev?: string;
  readonly group?: readonly { readonly id: number; readonly weight?: number }[];
}

interface IpRoute {
  readonly type?: string;
  readonly dst: string;
  readonly table?: string;
  readonly metric?: number;
  readonly nhid?: number;
  readonly dev?: string;
  readonly gateway?: string;
  readonly prefsrc?: string;
  readonly metrics?: readonly { readonly mtu?: number }[];
  readonly nexthops?: readonly { readonly dev?: string; readonly gateway?: string }[];
}

interface IpRule {
  readonly goto?: number;
  readonly nop?: null;
  readonly priority: number;
  readonly src: string;
  readonly dst?: string;
  /** Absent for a single address. */
  readonly dstlen?: number;
  readonly fwmark?: string;
  readonly fwmask?: string;
  readonly table?: string;
  readonly suppress_prefixlen?: number;
  readonly protocol?: string;
}

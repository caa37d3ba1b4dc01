import { routeProtocol } from '@patronus/core';
import {
  mainTable,
  type Family,
  type NextHop,
  type NextHopGroup,
  type Route,
  type RoutingRule,
} from './kernel-state.ts';
import type { RoutingChange } from './step.ts';

/** Lines for one run of `ip OPTION -batch -`. */
export interface IpBatch {
  /** A next-hop group has no family, and the kernel refuses one that is given. */
  readonly option: '-4' | '-6' | null;
  readonly text: string;
}

/**
 * The text of changes, in their order, cut where the address family changes: `ip` takes one family per batch.
 * Next hops are of the IPv6 kind where the kernel has it, since IPv4 routes may use those too, but not the reverse.
 */
export function ipBatches(changes: readonly RoutingChange[], options: { readonly ipv6: boolean }): IpBatch[] {
  const batches: { option: IpBatch['option']; lines: string[] }[] = [];
  for (const change of changes) {
    const family = familyOfChange(change, options.ipv6);
    const option = family === null ? null : family === 'inet' ? '-4' : '-6';
    const last = batches.at(-1);
    if (last?.option === option) last.lines.push(ipLine(change));
    else batches.push({ option, lines: [ipLine(change)] });
  }
  return batches.map(({ option, lines }) => ({ option, text: `${lines.join('\n')}\n` }));
}

function familyOfChange(change: RoutingChange, ipv6: boolean): Family | null {
  switch (change.object) {
    case 'address':
      return change.address.includes(':') ? 'inet6' : 'inet';
    case 'next_hop':
      return ipv6 ? 'inet6' : 'inet';
    case 'group':
      return null;
    case 'route':
      return change.route.family;
    case 'rule':
      return change.rule.family;
  }
}

function ipLine(change: RoutingChange): string {
  const verb = change.verb === 'delete' ? 'del' : change.verb;
  switch (change.object) {
    case 'address':
      return `address ${verb} ${change.address}/${change.address.includes(':') ? 128 : 32} dev ${change.device}`;
    case 'next_hop':
      return `nexthop ${verb} id ${change.nextHop.id}${verb === 'del' ? '' : nextHopText(change.nextHop)}`;
    case 'group':
      return `nexthop ${verb} id ${change.group.id}${verb === 'del' ? '' : groupText(change.group)}`;
    case 'route':
      return `route ${verb} ${verb === 'del' ? routeKeyText(change.route) : routeText(change.route)}`;
    case 'rule':
      return `rule ${verb} ${ruleText(change.rule)}`;
  }
}

const proto = `proto ${routeProtocol}`;

const nextHopText = ({ device }: NextHop): string =>
  device === null ? ` blackhole ${proto}` : ` dev ${device} ${proto}`;

const groupText = ({ members }: NextHopGroup): string =>
  ` group ${members.map(({ nextHop, weight }) => `${nextHop},${weight}`).join('/')} ${proto}`;

function routeKeyText(route: Route): string {
  const type = route.target.type === 'unreachable' ? 'unreachable ' : '';
  const metric = route.metric === 0 ? '' : ` metric ${route.metric}`;
  return `${type}${route.destination} table ${tableText(route.table)}${metric} ${proto}`;
}

function routeText(route: Route): string {
  const source = route.source === null ? '' : ` src ${route.source}`;
  // the kernel keeps to the size of an IPv6 route that forwards only where it is locked
  const mtu = route.mtu === undefined ? '' : ` mtu ${route.family === 'inet6' ? 'lock ' : ''}${route.mtu}`;
  return `${routeKeyText(route)}${targetText(route.target)}${source}${mtu}`;
}

function targetText(target: Route['target']): string {
  switch (target.type) {
    case 'next_hop':
      return ` nhid ${target.id}`;
    case 'device':
      return target.gateway === null ? ` dev ${target.device}` : ` via ${target.gateway} dev ${target.device} onlink`;
    case 'unreachable':
      return '';
  }
}

function actionText({ action, table }: RoutingRule): string {
  if (action === undefined) return `lookup ${tableText(table)}`;
  return action === 'nop' ? 'nop' : `goto ${action.goto}`;
}

function ruleText(rule: RoutingRule): string {
  const mark = rule.fwmark === null ? '' : ` fwmark ${hex(rule.fwmark.value)}/${hex(rule.fwmark.mask)}`;
  const from = rule.from === null ? '' : ` from ${rule.from}`;
  const to = rule.to === null ? '' : ` to ${rule.to}`;
  const suppress = rule.suppressPrefixLength === null ? '' : ` suppress_prefixlength ${rule.suppressPrefixLength}`;
  return `pref ${rule.priority}${from}${to}${mark} ${actionText(rule)}${suppress} protocol ${routeProtocol}`;
}

const tableText = (table: number): string => (table === mainTable ? 'main' : String(table));

const hex = (value: number): string => `0x${value.toString(16)}`;

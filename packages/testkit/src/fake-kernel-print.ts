import type { ObservedLink, ObservedProgram, ObservedState, Route, RoutingRule } from '@patronus/netconf';

/** A kernel state as sorted text, one object a line. */
export function printKernel(
  state: Pick<
    ObservedState,
    'links' | 'tunnels' | 'nextHops' | 'groups' | 'routes' | 'rules' | 'ruleset' | 'programs' | 'shapers' | 'sysctls'
  >,
): string {
  const { ruleset } = state;
  return [
    ...sorted(state.links, linkText),
    ...sorted(
      state.tunnels.flatMap(({ name, peers }) => peers.map((peer) => ({ name, ...peer }))),
      (peer) => `peer ${peer.name} ${peer.publicKey} ${JSON.stringify(peer.endpoint)} ${peer.allowedIps.join(',')}`,
    ),
    ...sorted(state.nextHops, ({ id, device }) => `nexthop ${id} ${device ?? 'blackhole'}`),
    ...sorted(
      state.groups,
      ({ id, members }) => `group ${id} ${members.map(({ nextHop, weight }) => `${nextHop}x${weight}`).join(' ')}`,
    ),
    ...sorted(state.routes, routeText),
    ...sorted(state.rules, ruleText),
    ...(ruleset === null ? [] : [`ruleset ${ruleset.hash} ${Object.keys(ruleset.chains).join(' ')}`]),
    ...sorted(state.programs, programText),
    ...sorted(
      state.shapers,
      ({ name, hash, queues, redirects }) => `shaper ${name} ${hash} ${queues} ${redirects.toSorted().join(' ')}`,
    ),
    ...sorted(Object.entries(state.sysctls), ([key, value]) => `sysctl ${key}=${value}`),
    '',
  ].join('\n');
}

const sorted = <T>(items: readonly T[], text: (item: T) => string): string[] => items.map(text).toSorted();

const linkText = ({ name, up, mtu, addresses }: ObservedLink): string =>
  `link ${name} ${up ? 'up' : 'down'} ${mtu} ${addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`).join(' ')}`;

const routeText = ({ family, table, destination, metric, target, source }: Route): string =>
  `route ${family} ${table} ${destination} ${metric} ${JSON.stringify(target)} ${source ?? ''}`;

const programText = ({ program, device, hook }: ObservedProgram): string => `program ${program} ${device} ${hook}`;

const ruleText = (rule: RoutingRule): string => `rule ${rule.family} ${rule.priority} ${JSON.stringify(rule)}`;

import type { Address } from '@patronus/core';
import type {
  AttachedProgram,
  DuplicationState,
  NextHop,
  NextHopGroup,
  Route,
  RoutingRule,
  Ruleset,
  RulesetShape,
  Shaper,
  ShaperSource,
  TunnelPeerState,
} from './kernel-state.ts';

/** One thing that is asked of the kernel. Steps are executed in their order. */
export type Step =
  | { readonly do: 'set_sysctl'; readonly key: string; readonly value: string }
  | { readonly do: 'create_tunnel'; readonly name: string }
  | {
      readonly do: 'configure_tunnel';
      readonly name: string;
      readonly listenPort: number;
      readonly fwmark: number;
      readonly publicKey: string;
    }
  | { readonly do: 'raise_tunnel'; readonly name: string; readonly mtu: number }
  | { readonly do: 'set_peers'; readonly name: string; readonly peers: readonly TunnelPeerState[] }
  | { readonly do: 'remove_peers'; readonly name: string; readonly publicKeys: readonly string[] }
  | { readonly do: 'delete_tunnel'; readonly name: string }
  | { readonly do: 'change_routing'; readonly changes: readonly RoutingChange[] }
  | {
      readonly do: 'replace_ruleset';
      readonly ruleset: Ruleset;
      /** What stands there now, so that the transaction can take away what is no longer wanted. */
      readonly previous: RulesetShape | null;
    }
  | { readonly do: 'delete_ruleset' }
  /** Takes the place of whatever program stands there. */
  | { readonly do: 'attach_program'; readonly program: AttachedProgram }
  | { readonly do: 'detach_program'; readonly program: AttachedProgram }
  | { readonly do: 'set_duplication'; readonly duplication: DuplicationState }
  /** Makes it anew where it exists. */
  | { readonly do: 'replace_shaper'; readonly shaper: Shaper; readonly exists: boolean }
  | { readonly do: 'set_shaper_rate'; readonly shaper: Shaper }
  | { readonly do: 'redirect_to_shaper'; readonly shaper: Shaper; readonly sources: readonly ShaperSource[] }
  | { readonly do: 'stop_redirects'; readonly name: string; readonly devices: readonly string[] }
  | { readonly do: 'delete_shaper'; readonly name: string; readonly devices: readonly string[] };

/** Steps that an edge can be without: where one is refused, the rest goes on and the refusal is told. */
export type ShapingStep = Extract<
  Step,
  { readonly do: 'replace_shaper' | 'set_shaper_rate' | 'redirect_to_shaper' | 'stop_redirects' | 'delete_shaper' }
>;

const shapingSteps: readonly Step['do'][] = [
  'replace_shaper',
  'set_shaper_rate',
  'redirect_to_shaper',
  'stop_redirects',
  'delete_shaper',
];

export const isShaping = (step: Step): step is ShapingStep => shapingSteps.includes(step.do);

/** The shaper that a shaping step is about. */
export const shaperOf = (step: ShapingStep): string => ('shaper' in step ? step.shaper.name : step.name);

/** One line of an `ip -batch`. */
export type RoutingChange =
  | { readonly verb: 'add' | 'delete'; readonly object: 'address'; readonly device: string; readonly address: Address }
  | { readonly verb: 'add' | 'delete'; readonly object: 'next_hop'; readonly nextHop: NextHop }
  | { readonly verb: 'add' | 'delete' | 'replace'; readonly object: 'group'; readonly group: NextHopGroup }
  | { readonly verb: 'add' | 'delete' | 'replace'; readonly object: 'route'; readonly route: Route }
  | { readonly verb: 'add' | 'delete'; readonly object: 'rule'; readonly rule: RoutingRule };

/** What a step does, in one line for a person. */
export function describeStep(step: Step): string {
  switch (step.do) {
    case 'set_sysctl':
      return `set ${step.key} to ${step.value}`;
    case 'create_tunnel':
      return `create tunnel ${step.name}`;
    case 'configure_tunnel':
      return `give tunnel ${step.name} its key, port ${step.listenPort} and mark 0x${step.fwmark.toString(16)}`;
    case 'raise_tunnel':
      return `set tunnel ${step.name} up with MTU ${step.mtu}`;
    case 'set_peers':
      return `set ${count(step.peers, 'peer')} of tunnel ${step.name}`;
    case 'remove_peers':
      return `remove ${count(step.publicKeys, 'peer')} of tunnel ${step.name}`;
    case 'delete_tunnel':
      return `delete tunnel ${step.name}`;
    case 'change_routing':
      return describeChanges(step.changes);
    case 'replace_ruleset':
      return `${step.previous === null ? 'create' : 'replace'} nft table patronus, generation ${step.ruleset.generation}`;
    case 'delete_ruleset':
      return 'delete nft table patronus';
    case 'attach_program':
      return `attach program ${step.program.program} to ${step.program.device} ${step.program.hook}`;
    case 'detach_program':
      return `detach program ${step.program.program} from ${step.program.device} ${step.program.hook}`;
    case 'set_duplication':
      return `duplicate packets of ${step.duplication.classes.length} classes to ${step.duplication.sites.length} prefixes`;
    default:
      return describeShaping(step);
  }
}

function describeShaping(step: ShapingStep): string {
  switch (step.do) {
    case 'replace_shaper':
      return `${step.exists ? 'replace' : 'create'} shaper ${step.shaper.name} of ${mbit(step.shaper.rateBps)}`;
    case 'set_shaper_rate':
      return `set shaper ${step.shaper.name} to ${mbit(step.shaper.rateBps)}`;
    case 'redirect_to_shaper':
      return `let ${step.sources.map(({ device }) => device).join(', ')} queue in ${step.shaper.name}`;
    case 'stop_redirects':
      return `let ${step.devices.join(', ')} no longer queue in ${step.name}`;
    case 'delete_shaper':
      return `delete shaper ${step.name}`;
  }
}

const mbit = (rateBps: number): string => `${Number((rateBps / 1e6).toPrecision(4))} Mbit/s`;

const objectNames = { address: 'address', next_hop: 'next hop', group: 'next-hop group', route: 'route', rule: 'rule' };

function describeChanges(changes: readonly RoutingChange[]): string {
  const groups = Map.groupBy(changes, (change) => `${change.verb} # ${objectNames[change.object]}`);
  return [...groups]
    .map(
      ([text, { length }]) =>
        text.replace('#', String(length)) + (length === 1 ? '' : text.endsWith('address') ? 'es' : 's'),
    )
    .join(', ');
}

const count = (items: readonly unknown[], noun: string): string =>
  `${items.length} ${noun}${items.length === 1 ? '' : 's'}`;

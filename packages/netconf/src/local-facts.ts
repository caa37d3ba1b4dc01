import { isIpv6, isOurDevice, type Address } from '@patronus/core';
import type { DecisionReport } from '@patronus/protocol';
import type { Feature } from './feature.ts';
import type { LearningMode } from './learning.ts';
import type { AttachedProgram, LearnedName, ObservedState, RulesetShape } from './kernel-state.ts';

/** What an edge knows of its own machine, which no document can hold. */
export interface LocalFacts {
  /** By device name; a device that is missing or administratively down is not listed. */
  readonly uplinks: Readonly<Record<string, UplinkFacts>>;
  /** Devices by which nothing gets out now although they are up: without carrier, or with all their paths down. */
  readonly deadUplinks: readonly string[];
  /** The edge's own addresses on its LAN side. */
  readonly lanAddresses: readonly Address[];
  /** Public key of each tunnel interface, by name. */
  readonly tunnelKeys: Readonly<Record<string, string>>;
  /** What steering holds at this moment: the members that new next-hop groups start with. */
  readonly decisions: readonly SteeringDecision[];
  /** The ruleset in the kernel now, so that the next one gets another generation. */
  readonly ruleset: Pick<RulesetShape, 'hash' | 'generation'> | null;
  /** Names this moment: counters made now start at zero in this epoch. */
  readonly countingEpoch: string;
  /** Our programs in the kernel now. */
  readonly programs: readonly AttachedProgram[];
  /** Features that this kernel has refused. */
  readonly refused: ReadonlySet<Feature>;
  /** Now, unix ms: decides which schedules hold. */
  readonly wallMs: number;
  /** How names are learned, which are, and whether flows are inspected beside; absent where names are not learned. */
  readonly learning?: {
    readonly mode: LearningMode;
    readonly names: readonly LearnedName[];
    readonly inspects?: boolean;
  };
  /** Whether the kernel speaks IPv6; constant while it runs. */
  readonly ipv6: boolean;
  /** By slot, what an uplink is found to carry now, bit/s; absent where that is what was bought. */
  readonly lineRates?: ReadonlyMap<number, number>;
}

export interface UplinkFacts {
  readonly addresses: readonly { readonly address: Address; readonly prefixLength: number }[];
  /** Gateways of the main table's default routes over this device; null: the device is its own default. */
  readonly gateway: Address | null;
  readonly gateway6: Address | null;
}

/** Which paths carry a policy's class to a site. */
export type SteeringDecision = Pick<DecisionReport, 'policyId' | 'siteId' | 'paths'>;

/** What a kernel shows of the machine, with what the edge itself adds. */
export function localFacts(
  observed: ObservedState,
  own: Pick<LocalFacts, 'tunnelKeys' | 'decisions' | 'countingEpoch' | 'wallMs' | 'lineRates'> &
    Partial<Pick<LocalFacts, 'refused' | 'deadUplinks' | 'learning'>>,
): LocalFacts {
  const others = observed.links.filter(({ name, up }) => up && !isOurDevice(name));
  const gatewayOf = (device: string, ipv6: boolean): Address | null =>
    observed.gateways.find((gateway) => gateway.device === device && isIpv6(gateway.address) === ipv6)?.address ?? null;
  return {
    refused: new Set(),
    deadUplinks: [],
    ...own,
    uplinks: Object.fromEntries(
      others.map(({ name, addresses }) => [
        name,
        { addresses, gateway: gatewayOf(name, false), gateway6: gatewayOf(name, true) },
      ]),
    ),
    lanAddresses: others.flatMap(({ addresses }) => addresses.map(({ address }) => address)),
    ruleset: observed.ruleset,
    programs: observed.programs,
    ipv6: observed.ipv6,
  };
}

import type { Address } from '@patronus/core';
import type { DecisionReport } from '@patronus/protocol';
import type { RulesetShape } from './kernel-state.ts';

/** What an edge knows of its own machine, which no document can hold. */
export interface LocalFacts {
  /** By device name; a device that is missing or administratively down is not listed. */
  readonly uplinks: Readonly<Record<string, UplinkFacts>>;
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
  /** Whether the kernel speaks IPv6; constant while it runs. */
  readonly ipv6: boolean;
}

export interface UplinkFacts {
  readonly addresses: readonly { readonly address: Address; readonly prefixLength: number }[];
  /** Gateways of the main table's default routes over this device; null: the device is its own default. */
  readonly gateway: Address | null;
  readonly gateway6: Address | null;
}

/** Which paths carry a policy's class to a site. */
export type SteeringDecision = Pick<DecisionReport, 'policyId' | 'siteId' | 'paths'>;

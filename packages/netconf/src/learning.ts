import { ctInspectMark, ctWatchMark, inspectionGroup, learningGroup, type DomainPattern } from '@patronus/core';
import { plainTerms, type PolicyWorld } from '@patronus/policy';
import type { SiteDocument } from '@patronus/protocol';
import { families } from './families.ts';
import type { Chain } from './kernel-state.ts';
import { hex } from './marks.ts';
import { nameSetName } from './site-sets.ts';

/**
 * How packets come to the edge that teach it names: `hold`, in a queue, so that an answer goes on when its addresses are in
 * their sets, or `copy`, where the kernel has no queue, while they go on by themselves.
 */
export type LearningMode = 'hold' | 'copy';

/** Where TLS is spoken from the first octet: HTTPS, DNS, mail, directories, SIP, MQTT. */
const tlsPorts = [443, 465, 636, 853, 990, 993, 995, 5061, 5223, 6443, 6514, 8443, 8883, 9443];
const quicPorts = [443, 853, 8443];

const set = (ports: readonly number[]): string => `{ ${ports.join(', ')} }`;

/** New flows that are looked into, a second: beyond, as in a scan of ports, flows stay unknown rather than take a core. */
const inspectedFlowsPerSec = 1_000;
/** Packets of them, a second, which take a tenth of a core. */
const inspectedPacketsPerSec = 5_000;
/** Packets of one flow, of both directions; most protocols show themselves within four. */
const inspectedPackets = 24;

/**
 * Chains that hand packets over which tell names. They stand before the classification, as a packet from a queue that nobody
 * reads goes on with the next chain. A flow that may tell something is watched by a bit of its connection's mark until it has;
 * of all other flows each packet costs two rules, and an encrypted one the first of them. Where flows are inspected, copies of
 * a flow's first packets are handed over as well, until a name is read from them.
 */
export function learningChains(mode: LearningMode, inspects = false): Chain[] {
  // Without the option, packets would be lost while no edge runs.
  const hand = mode === 'hold' ? `queue flags bypass to ${learningGroup}` : `log group ${learningGroup}`;
  const watched = `ct mark & ${hex(ctWatchMark)}`;
  const watch = `ct mark set ct mark | ${hex(ctWatchMark)}`;
  const only = (...rules: string[]): string[] => (inspects ? rules : []);
  const inspected = `ct mark & ${hex(ctInspectMark)}`;
  return [
    ...(inspects ? [inspectionChain()] : []),
    chain('learn_new', null, [
      `meta l4proto { tcp, udp } th dport 53 ${watch} return`,
      ...only(
        `meta l4proto { tcp, udp } limit rate ${inspectedFlowsPerSec}/second burst ${inspectedFlowsPerSec} packets ct mark set ct mark | ${hex(ctInspectMark)} log group ${inspectionGroup}`,
      ),
      `udp dport ${set(quicPorts)} ${watch} ${hand}`,
      `tcp dport ${set(tlsPorts)} ${watch}`,
    ]),
    chain('learn_known', null, [
      ...only(`ct mark & ${hex(ctWatchMark | ctInspectMark)} == 0 return`, `${inspected} != 0 jump inspect`),
      `${watched} == 0 return`,
      `ct direction reply meta l4proto { tcp, udp } th sport 53 ${hand}`,
      'ct direction reply return',
      `meta l4proto { tcp, udp } th dport != 53 ${hand}`,
    ]),
    chain('learn', 'type filter hook prerouting priority mangle - 1; policy accept;', [
      'ct state vmap { established : goto learn_known, new : goto learn_new }',
    ]),
    // Answers of a resolver on the edge itself.
    chain('learn_own', 'type filter hook output priority mangle - 1; policy accept;', [
      `${watched} != 0 ct direction reply meta l4proto { tcp, udp } th sport 53 ${hand}`,
    ]),
  ];
}

/** The kernel ends it by itself, so that a bulk flow is never copied whole; a flow whose packets it does not count has none. */
const inspectionChain = (): Chain =>
  chain('inspect', null, [
    `ct packets 0 ct mark set ct mark & ${hex(~ctInspectMark >>> 0)} return`,
    `ct packets > ${inspectedPackets} ct mark set ct mark & ${hex(~ctInspectMark >>> 0)} return`,
    `limit rate ${inspectedPacketsPerSec}/second burst ${inspectedPacketsPerSec} packets log group ${inspectionGroup}`,
  ]);

/** The sets of learned addresses that the ruleset of a document may have, in each family, and what means their addresses. */
export function nameSetsOf(document: SiteDocument): { name: string; patterns: readonly DomainPattern[] }[] {
  const world: PolicyWorld = { sites: [], hostSets: [], applications: document.applications ?? [] };
  const lists = document.policies.flatMap(({ match }) =>
    plainTerms(match, world, 0).flatMap(({ every, none }) =>
      [...every, ...none].flatMap(({ serverNames = [] }) => serverNames),
    ),
  );
  const sets = lists.flatMap((patterns) =>
    families.map((family) => ({ name: nameSetName(patterns, family), patterns })),
  );
  return [...new Map(sets.map((each) => [each.name, each])).values()];
}

const chain = (name: string, hook: string | null, rules: readonly string[]): Chain => ({
  type: 'chain',
  name,
  hook,
  rules,
});

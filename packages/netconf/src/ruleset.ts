import {
  classMark,
  contentHash,
  ctGenerationMask,
  flowLogGroup,
  markMask,
  uplinkMark,
  type Policy,
} from '@patronus/core';
import type { SiteDocument } from '@patronus/protocol';
import { hasBreakout, masqueradeChains } from './breakout.ts';
import { classifierParts } from './classifier-parts.ts';
import type { Chain, Ruleset, RulesetShape, VerdictMap } from './kernel-state.ts';
import type { LocalFacts } from './local-facts.ts';
import { learningChains } from './learning.ts';
import { families, familySuffix } from './families.ts';
import { classMask, hex } from './marks.ts';
import { byText } from './prefix-set.ts';
import type { Feature } from './feature.ts';
import { qosChains } from './qos-rules.ts';
import { looksAtDscp } from './ruleset-match.ts';
import { SiteSets } from './site-sets.ts';

const encryptedMark = uplinkMark(0);

/** The object that counts a policy's packets. */
export const counterName = (policyId: number): string => `policy_${policyId}`;

/** The reverse of {@link counterName}; null for another name. */
export function counterPolicy(name: string): number | null {
  const match = /^policy_(\d+)$/.exec(name);
  return match === null ? null : Number(match[1]);
}

type RulesetFacts = Pick<LocalFacts, 'ruleset' | 'countingEpoch' | 'wallMs' | 'learning' | 'refused'>;

/** What a ruleset is written with, beside its document. */
interface Build {
  readonly generation: number;
  readonly hash: string;
  readonly wallMs: number;
  readonly features: readonly Feature[];
}

/**
 * The ruleset of a document. The ct mark keeps a flow's class and the generation of the policies that chose it; a packet
 * whose flow has a class of this generation goes straight to the class's chain by one look-up. Every other packet between
 * two sites goes through the policies in their order.
 */
export function compileRuleset(document: SiteDocument, facts: RulesetFacts): Ruleset {
  const sets = new SiteSets(document);
  const features = featuresOf(document).filter((feature) => !facts.refused.has(feature));
  const build = (generation: number, hash: string) => [
    ...untrackedChains(document),
    ...(facts.learning === undefined ? [] : learningChains(facts.learning.mode, facts.learning.inspects)),
    ...rulesetParts(document, sets, { generation, hash, wallMs: facts.wallMs, features }),
    ...qosChains(document),
  ];
  const unmarked = build(0, '');
  const counters = document.policies.map(({ id }) => counterName(id)).toSorted(byText);
  const hash = contentHash({ parts: unmarked, sets: sets.all(), counters }).slice(0, 16);
  const generation = chooseGeneration(hash, facts.ruleset);
  return {
    hash,
    generation,
    countingEpoch: facts.countingEpoch,
    counters,
    features,
    sets: sets.all(),
    nameSets: sets.learned(),
    learned: facts.learning?.names ?? [],
    parts: build(generation, hash),
  };
}

/** A byte that follows from the hash, is not zero and differs from that of another ruleset before it. */
export function chooseGeneration(hash: string, previous: LocalFacts['ruleset']): number {
  if (previous?.hash === hash) return previous.generation;
  const generation = 1 + (Number.parseInt(hash.slice(0, 8), 16) % 255);
  return generation === previous?.generation ? 1 + (generation % 255) : generation;
}

/** What the kernel will show of a ruleset once it is in force. */
export function rulesetShape(ruleset: Ruleset): RulesetShape {
  const { hash, generation, parts, sets, nameSets, counters } = ruleset;
  const chains = parts.filter((part) => part.type === 'chain');
  const maps = parts.filter((part) => part.type === 'map');
  return {
    hash,
    generation,
    chains: Object.fromEntries(chains.map(({ name, rules }) => [name, rules.length])),
    sets: Object.fromEntries(sets.map(({ name, elements }) => [name, elements.toSorted(byText)])),
    maps: Object.fromEntries(maps.map(({ name, elements }) => [name, elements.length])),
    counters,
    nameSets: nameSets.map(({ name }) => name).toSorted(byText),
  };
}

/** What the first rule says of the ruleset it belongs to, read back by {@link parseRulesetComment}. */
const rulesetComment = (hash: string, generation: number): string => `ruleset ${hash} generation ${generation}`;

export function parseRulesetComment(comment: string): { hash: string; generation: number } | null {
  const match = /^ruleset ([0-9a-f]+) generation (\d+)$/.exec(comment);
  return match === null ? null : { hash: match[1]!, generation: Number(match[2]) };
}

function rulesetParts(
  document: SiteDocument,
  sets: SiteSets,
  { generation, hash, wallMs, features }: Build,
): Ruleset['parts'] {
  const { policies } = document;
  const current: VerdictMap = {
    type: 'map',
    name: 'current',
    key: 'typeof ct mark',
    elements: policies.map((policy) => `${hex(ctMark(policy, generation))} : goto class_${policy.class}`),
  };
  const classified = unique(families.flatMap((family) => classifierParts(document, { sets, family, wallMs })));
  return [
    ...policies.map(classChain),
    current,
    ...policies.map((policy) => chooseChain(policy, generation, features.includes('flow_log'))),
    ...classified,
    chain('classify', null, classifyRules(sets, hasBreakout(document))),
    chain('resolve', null, resolveRules(policies)),
    // the same as a jump to the chain before, without its price for every packet
    chain(
      'prerouting',
      'type filter hook prerouting priority mangle; policy accept;',
      resolveRules(policies, `comment "${rulesetComment(hash, generation)}"`),
    ),
    chain('output', 'type route hook output priority mangle; policy accept;', [
      `meta mark & ${hex(encryptedMark)} != 0 return`,
      'jump resolve',
      ...dropRules(policies),
    ]),
    chain('clamp', null, [
      'iifname "pt*" tcp option maxseg size set rt mtu',
      'oifname "pt*" tcp option maxseg size set rt mtu',
    ]),
    chain('forward', 'type filter hook forward priority mangle; policy accept;', [
      ...dropRules(policies),
      'tcp flags syn jump clamp',
    ]),
    ...(features.includes('breakout') ? masqueradeChains(document) : []),
  ];
}

/** Chains and maps that are named after their content may be needed for both families; they are defined once. */
const unique = (parts: Ruleset['parts']): Ruleset['parts'] => [
  ...new Map(parts.map((part) => [part.name, part])).values(),
];

/**
 * Encrypted packets are not tracked: there are as many of them as of packets within, and tracking each costs more than all
 * that we do to the other. A firewall of the host must therefore let them in by their ports and not by their state.
 */
function untrackedChains({ endpoints, tunnels }: SiteDocument): Chain[] {
  const devices = endpoints.map(({ device }) => `"${device}"`).toSorted(byText);
  const ports = tunnels.map(({ listenPort }) => listenPort).toSorted((a, b) => a - b);
  const arriving = `udp dport { ${ports.join(', ')} } iifname { ${devices.join(', ')} } notrack`;
  return [
    chain(
      'raw_prerouting',
      'type filter hook prerouting priority raw; policy accept;',
      ports.length > 0 ? [arriving] : [],
    ),
    chain('raw_output', 'type filter hook output priority raw; policy accept;', [
      `meta mark & ${hex(encryptedMark)} != 0 notrack`,
    ]),
  ];
}

const chain = (name: string, hook: string | null, rules: readonly string[]): Chain => ({
  type: 'chain',
  name,
  hook,
  rules,
});

/**
 * Where a packet of a class ends up: marked for its routing table, and where it enters the network counted, held to the
 * policy's rate, and given its DSCP.
 */
const classChain = ({ id, class: forwardingClass, action: { rateLimitBps, setDscp } }: Policy): Chain =>
  chain(`class_${forwardingClass}`, null, [
    `meta mark set meta mark & ${hex(~markMask)} | ${hex(classMark(forwardingClass))}`,
    `iifname != "pt*" counter name "${counterName(id)}"`,
    ...(rateLimitBps === undefined ? [] : [`iifname != "pt*" ${rateLimit(rateLimitBps)} drop`]),
    ...(setDscp === undefined ? [] : ['ip', 'ip6'].map((ip) => `iifname != "pt*" ${ip} dscp set ${setDscp}`)),
  ]);

/** A tenth of a second above the rate may come at once: less would cut into bursts of TCP, more would fill queues behind. */
const burstShare = 0.1;

function rateLimit(bps: number): string {
  const bytes = Math.ceil(bps / 8);
  return `limit rate over ${bytes} bytes/second burst ${Math.ceil(bytes * burstShare)} bytes`;
}

/** Enough to follow what is going on, and too little for a scan of ports to fill a disk. */
const logRate = 'limit rate 10/second burst 20 packets';

/** What a ruleset needs of a kernel beyond what all have. */
const featuresOf = (document: SiteDocument): Feature[] => [
  ...(document.policies.some(({ action }) => action.log === true) ? (['flow_log'] as const) : []),
  ...(hasBreakout(document) ? (['breakout'] as const) : []),
];

/** To the kernel's log, and to the edge, which makes events of it. */
const logRule = ({ id }: Policy): string => {
  const prefix = `prefix "patronus policy ${id} "`;
  return `${logRate} log ${prefix} log ${prefix} group ${flowLogGroup}`;
};

/** Where a flow is given to a class. */
const chooseChain = (policy: Policy, generation: number, logs: boolean): Chain =>
  chain(`choose_${policy.class}`, null, [
    ...(logs && policy.action.log === true ? [logRule(policy)] : []),
    `ct mark set ct mark & ${hex(~(classMask | ctGenerationMask))} | ${hex(ctMark(policy, generation))}`,
    `goto class_${policy.class}`,
  ]);

/** Leads to other machines, or would if there were a route: a kernel says `unreachable` for IPv6 where it has no default. */
const toElsewhere = 'fib daddr type != { local, broadcast, anycast, multicast }';

/**
 * Only what passes between two sites has a class, and what goes to the Internet where a policy breaks out; what stays within
 * ours is none of our business. An ICMP error carries
 * the ct entry of the flow it is about, but not the ports that the policies look at.
 */
const classifyRules = (sets: SiteSets, internet: boolean): string[] => [
  'ct state related meta l4proto { icmp, ipv6-icmp } return',
  ...families.flatMap((family) => {
    const ip = family === 'inet' ? 'ip' : 'ip6';
    const [local, every] = [sets.local(family), sets.every(family)];
    if (every === null) return [];
    return [
      ...(local === null ? [] : [`ct original ${ip} saddr @${local} ct original ${ip} daddr @${local} return`]),
      `ct original ${ip} saddr @${every} ct original ${ip} daddr @${every} goto policies_${familySuffix(family)}`,
      ...(internet ? [`ct original ${ip} saddr @${every} ${toElsewhere} goto internet_${familySuffix(family)}`] : []),
    ];
  }),
];

/** Leads a packet to the chain of its flow's class, or to the policies when the flow has none of this generation. */
const resolveRules = (policies: readonly Policy[], comment = ''): string[] => [
  `ct mark & ${hex(classMask | ctGenerationMask)} vmap @current ${comment}`.trimEnd(),
  'ct state untracked return',
  ...keepClassOfReplies(policies),
  'jump classify',
];

/**
 * Where policies look at DSCP, a flow waits in its class for a packet of its own direction before it is classified by
 * new policies: replies need not carry the same DSCP.
 */
function keepClassOfReplies(policies: readonly Policy[]): string[] {
  if (!policies.some(({ match }) => looksAtDscp(match))) return [];
  const elements = policies.map((policy) => `${hex(classMark(policy.class))} : goto class_${policy.class}`);
  return [`ct direction reply ct mark & ${hex(classMask)} vmap { ${elements.join(', ')} }`];
}

function dropRules(policies: readonly Policy[]): string[] {
  const marks = policies.filter(({ action }) => action.type === 'drop').map((policy) => hex(classMark(policy.class)));
  return marks.length === 0 ? [] : [`meta mark & ${hex(markMask)} { ${marks.join(', ')} } drop`];
}

const ctMark = (policy: Policy, generation: number): number => classMark(policy.class) | (generation << 8);

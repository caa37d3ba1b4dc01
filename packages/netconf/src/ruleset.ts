import {
  classMark,
  contentHash,
  ctGenerationMask,
  markMask,
  uplinkMark,
  type Policy,
  type Prefix,
  type SiteId,
} from '@patronus/core';
import type { SiteDocument } from '@patronus/protocol';
import type { Chain, Family, PrefixSet, Ruleset, RulesetShape, VerdictMap } from './kernel-state.ts';
import type { LocalFacts } from './local-facts.ts';
import { byText, disjointPrefixes } from './prefix-set.ts';
import { qosChains } from './qos-rules.ts';
import { looksAtDscp, matchTexts, type SetRegistry } from './ruleset-match.ts';

/** Bits of a mark that hold the class; the packet mark has one more, which tells encrypted packets. */
const classMask = classMark(0xfff);
const encryptedMark = uplinkMark(0);
const families: readonly Family[] = ['inet', 'inet6'];

/** The object that counts a policy's packets. */
export const counterName = (policyId: number): string => `policy_${policyId}`;

/** The reverse of {@link counterName}; null for another name. */
export function counterPolicy(name: string): number | null {
  const match = /^policy_(\d+)$/.exec(name);
  return match === null ? null : Number(match[1]);
}

/**
 * The ruleset of a document. The ct mark keeps a flow's class and the generation of the policies that chose it; a packet
 * whose flow has a class of this generation goes straight to the class's chain by one look-up. Every other packet between
 * two sites goes through the policies in their order.
 */
export function compileRuleset(document: SiteDocument, facts: Pick<LocalFacts, 'ruleset' | 'countingEpoch'>): Ruleset {
  const sets = new SiteSets(document);
  const build = (generation: number, hash: string) => [
    ...untrackedChains(document),
    ...rulesetParts(document.policies, sets, generation, hash),
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
    sets: sets.all(),
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
  const { hash, generation, parts, sets, counters } = ruleset;
  const chains = parts.filter((part) => part.type === 'chain');
  const maps = parts.filter((part) => part.type === 'map');
  return {
    hash,
    generation,
    chains: Object.fromEntries(chains.map(({ name, rules }) => [name, rules.length])),
    sets: Object.fromEntries(sets.map(({ name, elements }) => [name, elements.toSorted(byText)])),
    maps: Object.fromEntries(maps.map(({ name, elements }) => [name, elements.length])),
    counters,
  };
}

/** What the first rule says of the ruleset it belongs to, read back by {@link parseRulesetComment}. */
const rulesetComment = (hash: string, generation: number): string => `ruleset ${hash} generation ${generation}`;

export function parseRulesetComment(comment: string): { hash: string; generation: number } | null {
  const match = /^ruleset ([0-9a-f]+) generation (\d+)$/.exec(comment);
  return match === null ? null : { hash: match[1]!, generation: Number(match[2]) };
}

function rulesetParts(policies: readonly Policy[], sets: SiteSets, generation: number, hash: string): Ruleset['parts'] {
  const current: VerdictMap = {
    type: 'map',
    name: 'current',
    elements: policies.map((policy) => `${hex(ctMark(policy, generation))} : goto class_${policy.class}`),
  };
  return [
    ...policies.map(classChain),
    current,
    ...policies.map((policy) => chooseChain(policy, generation)),
    chain('policies', null, policyRules(policies, sets)),
    chain('classify', null, classifyRules(sets)),
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
  ];
}

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

/** Where a packet of a class ends up: marked for its routing table, and counted where it enters the network. */
const classChain = (policy: Policy): Chain =>
  chain(`class_${policy.class}`, null, [
    `meta mark set meta mark & ${hex(~markMask)} | ${hex(classMark(policy.class))}`,
    `iifname != "pt*" counter name "${counterName(policy.id)}"`,
  ]);

/** Where a flow is given to a class. */
const chooseChain = (policy: Policy, generation: number): Chain =>
  chain(`choose_${policy.class}`, null, [
    `ct mark set ct mark & ${hex(~(classMask | ctGenerationMask))} | ${hex(ctMark(policy, generation))}`,
    `goto class_${policy.class}`,
  ]);

const policyRules = (policies: readonly Policy[], sets: SetRegistry): string[] =>
  policies.flatMap((policy) =>
    matchTexts(policy.match, sets).map((text) => `${text} goto choose_${policy.class}`.trimStart()),
  );

/**
 * Only what passes between two sites has a class; what stays within ours is none of our business. An ICMP error carries
 * the ct entry of the flow it is about, but not the ports that the policies look at.
 */
const classifyRules = (sets: SiteSets): string[] => [
  'ct state related meta l4proto { icmp, ipv6-icmp } return',
  ...families.flatMap((family) => {
    const ip = family === 'inet' ? 'ip' : 'ip6';
    const [local, every] = [sets.local(family), sets.every(family)];
    if (every === null) return [];
    return [
      ...(local === null ? [] : [`ct original ${ip} saddr @${local} ct original ${ip} daddr @${local} return`]),
      `ct original ${ip} saddr @${every} ct original ${ip} daddr @${every} goto policies`,
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

const hex = (value: number): string => `0x${(value >>> 0).toString(16).padStart(8, '0')}`;

/** The named sets of a ruleset: one per site, one of all, and one per distinct list that a policy names. */
class SiteSets implements SetRegistry {
  readonly #sets = new Map<string, PrefixSet>();
  readonly #localId: SiteId;
  readonly #prefixesBySite: ReadonlyMap<SiteId, { readonly name: string; readonly prefixes: readonly Prefix[] }>;

  constructor(document: SiteDocument) {
    this.#prefixesBySite = new Map([
      [document.site.id, { name: 'site_local', prefixes: document.site.prefixes }],
      ...document.remoteSites.map(({ id, index, prefixes }) => [id, { name: `site_${index}`, prefixes }] as const),
    ]);
    this.#localId = document.site.id;
  }

  local(family: Family): string | null {
    return this.ofSites([this.#localId], family);
  }

  every(family: Family): string | null {
    const prefixes = [...this.#prefixesBySite.values()].flatMap((site) => site.prefixes);
    return this.#define('sites', prefixes, family);
  }

  ofSites(sites: readonly SiteId[], family: Family): string | null {
    const known = [...new Set(sites)].flatMap((id) => this.#prefixesBySite.get(id) ?? []);
    const prefixes = known.flatMap((site) => site.prefixes);
    return this.#define(known.length === 1 ? known[0]!.name : listName('sites', prefixes), prefixes, family);
  }

  ofPrefixes(prefixes: readonly Prefix[], family: Family): string {
    return this.#define(listName('prefixes', prefixes), prefixes, family)!;
  }

  all(): PrefixSet[] {
    return [...this.#sets.values()].toSorted((a, b) => byText(a.name, b.name));
  }

  #define(baseName: string, prefixes: readonly Prefix[], family: Family): string | null {
    const name = `${baseName}_${family === 'inet' ? 'v4' : 'v6'}`;
    if (this.#sets.has(name)) return name;
    const elements = disjointPrefixes(prefixes, family);
    if (elements.length === 0) return null;
    this.#sets.set(name, { name, family, elements });
    return name;
  }
}

const listName = (kind: string, prefixes: readonly Prefix[]): string =>
  `${kind}_${contentHash(prefixes.toSorted(byText)).slice(0, 8)}`;

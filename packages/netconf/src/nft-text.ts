import { domainMatches, isIpv6 } from '@patronus/core';
import {
  type Chain,
  type NameSet,
  type PrefixSet,
  type Ruleset,
  type RulesetShape,
  type VerdictMap,
} from './kernel-state.ts';
import { byText } from './prefix-set.ts';
import { rulesetShape } from './ruleset.ts';

/**
 * One transaction for `nft -f -` that puts a ruleset in force, whatever stood there. Rules are flushed and written anew,
 * while counters stay where they are, so that no packet is lost from them; nft leaves a counter alone that it is told to
 * add again.
 */
export function nftTransaction(ruleset: Ruleset, previous: RulesetShape | null): string {
  return [
    'add table inet patronus',
    ...(previous === null ? [] : removalLines(ruleset, previous)),
    'table inet patronus {',
    ...ruleset.counters.flatMap((name) => counterLines(name, ruleset.countingEpoch)),
    ...ruleset.sets.flatMap((set) => setLines(set, isKept(set, previous))),
    ...ruleset.nameSets.flatMap((set) => nameSetLines(set, ruleset, previous)),
    ...ruleset.parts.flatMap((part) =>
      part.type === 'chain' ? chainLines(part) : mapLines(part, isSame(part, previous)),
    ),
    '}',
    '',
  ].join('\n');
}

/** For `nft -f -`: takes the whole table away. */
export const nftDeletion = 'add table inet patronus\ndelete table inet patronus\n';

const counterLines = (name: string, epoch: string): string[] => [`  counter ${name} { comment "${epoch}"; }`];

/** Elements of a set that stays as it is are not written again: 5,000 prefixes cost nothing when only a policy changed. */
const isKept = (set: PrefixSet, previous: RulesetShape | null): boolean =>
  sameElements(set.elements, previous?.sets[set.name]);

function sameElements(elements: readonly string[], previous: readonly string[] | undefined): boolean {
  return previous?.length === elements.length && elements.toSorted(byText).every((text, i) => text === previous[i]);
}

function setLines(set: PrefixSet, kept: boolean): string[] {
  const head = `type ${set.family === 'inet' ? 'ipv4_addr' : 'ipv6_addr'}; flags interval;`;
  if (kept) return [`  set ${set.name} { ${head} }`];
  return [`  set ${set.name} {`, `    ${head}`, `    elements = { ${set.elements.join(', ')} }`, '  }'];
}

/** A set that stands keeps what it has learned; a new one begins with what the edge knows. */
function nameSetLines(set: NameSet, { learned }: Ruleset, previous: RulesetShape | null): string[] {
  const { name, family, patterns } = set;
  const head = `type ${family === 'inet' ? 'ipv4_addr' : 'ipv6_addr'}; size ${maxNameSetSize}; flags timeout;`;
  if (previous?.nameSets.includes(name) === true) return [`  set ${name} { ${head} }`];
  const ends = new Map<string, number>();
  for (const each of learned) {
    if (isIpv6(each.address) !== (family === 'inet6')) continue;
    if (!patterns.some((pattern) => domainMatches(pattern, each.name))) continue;
    ends.set(each.address, Math.max(each.ttlSec, ends.get(each.address) ?? 0));
  }
  const elements = [...ends].map(([address, ttlSec]) => `${address} timeout ${ttlSec}s`);
  if (elements.length === 0) return [`  set ${name} { ${head} }`];
  return [`  set ${name} {`, `    ${head}`, `    elements = { ${elements.join(', ')} }`, '  }'];
}

/** More than an edge keeps names of; without a bound the kernel would take whatever it is told. */
const maxNameSetSize = 65_536;

const mapLines = (map: VerdictMap, kept: boolean): string[] => [
  `  map ${map.name} {`,
  `    ${map.key} : verdict`,
  ...(map.flags === undefined ? [] : [`    flags ${map.flags}`]),
  ...(map.elements.length === 0 || kept ? [] : [`    elements = { ${map.elements.join(', ')} }`]),
  '  }',
];

/** A map that is named after its content stays as it is, as long as nobody took elements out of it. */
const isSame = (map: VerdictMap, previous: RulesetShape | null): boolean =>
  map.flags === 'interval' && previous?.maps[map.name] === map.elements.length;

const chainLines = (chain: Chain): string[] => [
  `  chain ${chain.name} {`,
  ...(chain.hook === null ? [] : [`    ${chain.hook}`]),
  ...chain.rules.map((rule) => `    ${rule}`),
  '  }',
];

function removalLines(ruleset: Ruleset, previous: RulesetShape): string[] {
  const wanted = rulesetShape(ruleset);
  const kept = new Set(
    ruleset.parts.flatMap((part) => (part.type === 'map' && isSame(part, previous) ? [part.name] : [])),
  );
  const gone = (kind: 'chains' | 'maps' | 'sets'): string[] =>
    Object.keys(previous[kind]).filter((name) => !(name in wanted[kind]));
  const changedSets = Object.keys(previous.sets).filter(
    (name) => name in wanted.sets && !sameElements(wanted.sets[name]!, previous.sets[name]),
  );
  const line = (verb: string, kind: string) => (name: string) => `${verb} ${kind} inet patronus ${name}`;
  return [
    'flush table inet patronus',
    ...Object.keys(previous.maps)
      .filter((name) => !kept.has(name))
      .map(line('flush', 'map')),
    ...changedSets.map(line('flush', 'set')),
    ...gone('maps').map(line('delete', 'map')),
    ...gone('chains').map(line('delete', 'chain')),
    ...gone('sets').map(line('delete', 'set')),
    ...previous.nameSets.filter((name) => !wanted.nameSets.includes(name)).map(line('delete', 'set')),
    ...previous.counters.filter((name) => !wanted.counters.includes(name)).map(line('delete', 'counter')),
  ];
}

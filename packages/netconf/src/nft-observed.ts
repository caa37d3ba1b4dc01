import type { ObservedCounter, RulesetShape } from './kernel-state.ts';
import { byText } from './prefix-set.ts';
import { counterPolicy, parseRulesetComment } from './ruleset.ts';
import { nameSetPrefix } from './site-sets.ts';

/** `nft -j list table inet patronus`: the shape of what stands there, and its counters. */
export function parseNftTable(json: string): { ruleset: RulesetShape; counters: ObservedCounter[] } {
  const objects = (JSON.parse(json) as { nftables: NftObject[] }).nftables;
  const rules = objects.flatMap(({ rule }) => rule ?? []);
  const counters = objects.flatMap(({ counter }) => counter ?? []);
  const chains = Object.fromEntries(objects.flatMap(({ chain }) => (chain === undefined ? [] : [[chain.name, 0]])));
  for (const rule of rules) chains[rule.chain] = (chains[rule.chain] ?? 0) + 1;
  const marks = rules.flatMap(({ comment }) => (comment === undefined ? [] : (parseRulesetComment(comment) ?? [])));
  return {
    ruleset: {
      hash: marks[0]?.hash ?? '',
      generation: marks[0]?.generation ?? 0,
      chains,
      sets: Object.fromEntries(
        objects.flatMap(({ set }) =>
          set === undefined || set.name.startsWith(nameSetPrefix)
            ? []
            : [[set.name, (set.elem ?? []).map(elementText).toSorted(byText)]],
        ),
      ),
      maps: Object.fromEntries(
        objects.flatMap(({ map }) => (map === undefined ? [] : [[map.name, map.elem?.length ?? 0]])),
      ),
      counters: counters.map(({ name }) => name).toSorted(byText),
      nameSets: objects
        .flatMap(({ set }) => (set?.name.startsWith(nameSetPrefix) === true ? [set.name] : []))
        .toSorted(byText),
    },
    counters: parseCounters(counters),
  };
}

/** `nft -j list counters table inet patronus`. */
export const parseNftCounters = (json: string): ObservedCounter[] =>
  parseCounters((JSON.parse(json) as { nftables: NftObject[] }).nftables.flatMap(({ counter }) => counter ?? []));

const parseCounters = (counters: readonly NftCounter[]): ObservedCounter[] =>
  counters.flatMap(({ name, comment, packets, bytes }) => {
    const policyId = counterPolicy(name);
    return policyId === null ? [] : [{ policyId, epoch: comment ?? '', packets, bytes }];
  });

/** A prefix; nft writes one of full length as a bare address, and neighbours as a range where it merged them. */
function elementText(element: NftElement): string {
  if (typeof element === 'string') return `${element}/${element.includes(':') ? 128 : 32}`;
  if ('prefix' in element) return `${element.prefix.addr}/${element.prefix.len}`;
  return 'range' in element ? element.range.join('-') : JSON.stringify(element);
}

type NftElement =
  string | { readonly prefix: { readonly addr: string; readonly len: number } } | { readonly range: readonly string[] };

interface NftCounter {
  readonly name: string;
  readonly comment?: string;
  readonly packets: number;
  readonly bytes: number;
}

interface NftObject {
  readonly chain?: { readonly name: string };
  readonly rule?: { readonly chain: string; readonly comment?: string };
  readonly set?: { readonly name: string; readonly elem?: readonly NftElement[] };
  readonly map?: { readonly name: string; readonly elem?: readonly unknown[] };
  readonly counter?: NftCounter;
}

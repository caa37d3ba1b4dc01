import { addressOf, contentHash, type IpProtocol, type Range } from '@patronus/core';
import type { Chain, Family, VerdictMap } from '../kernel-state.ts';
import { axes, splitBy, type Axis, type Candidate, type Split } from './split.ts';

/** As many terms are looked at one after the other: a look-up in a map costs about as much as two of them. */
const leafSize = 4;
/** A split may write each candidate down so many times; more would let overlapping policies grow without bounds. */
const maxCopies = 4;

/** Rules that find the best candidate, and the chains and maps that they lead to, in order of definition. */
export interface Tree {
  readonly rules: readonly string[];
  readonly parts: readonly (Chain | VerdictMap)[];
}

/**
 * Finds the lowest rank that matches with a few look-ups, whatever the number of candidates: those that bound the same axes
 * are searched together (tuple space search, Srinivasan, Suri and Varghese 1999), each by a tree of interval maps along these
 * axes, and of what each search finds the best is kept. `ifBelow` gives the condition, in nft syntax, that a candidate of a
 * rank could still be the best.
 */
export function decisionTree(
  candidates: readonly Candidate[],
  family: Family,
  ifBelow: (rank: number) => string,
): Tree {
  const builder = new TreeBuilder(family);
  if (candidates.length <= leafSize) return { rules: candidates.flatMap(({ rules }) => rules), parts: [] };
  const groups = [...Map.groupBy(candidates, (candidate) => boundAxes(candidate).join())];
  const rules = groups
    .map(([, group]) => ({ group, best: Math.min(...group.map(({ rank }) => rank)) }))
    .toSorted((a, b) => a.best - b.best)
    .map(({ group, best }) => `${ifBelow(best)} jump ${builder.chainFor(group, boundAxes(group[0]!))}`);
  return { rules, parts: builder.parts };
}

const boundAxes = ({ box }: Candidate): Axis[] => axes.filter((axis) => box[axis] !== null);

class TreeBuilder {
  readonly parts: (Chain | VerdictMap)[] = [];
  readonly #family: Family;
  readonly #chains = new Map<string, string>();
  readonly #names = new Set<string>();

  constructor(family: Family) {
    this.#family = family;
  }

  /** The chain that looks for the best of candidates that are all bound along these axes. */
  chainFor(candidates: readonly Candidate[], left: readonly Axis[], protocol: IpProtocol | null = null): string {
    const key = `${candidates.map(({ rank }) => rank).join()} ${left.join()} ${protocol}`;
    const known = this.#chains.get(key);
    if (known !== undefined) return known;
    const rules = this.#rules(candidates, left, protocol);
    const name = `find_${contentHash(rules).slice(0, 12)}`;
    if (!this.#names.has(name)) this.parts.push({ type: 'chain', name, hook: null, rules });
    this.#names.add(name);
    this.#chains.set(key, name);
    return name;
  }

  #rules(candidates: readonly Candidate[], left: readonly Axis[], given: IpProtocol | null): string[] {
    const protocol = given ?? commonProtocol(candidates);
    const split = candidates.length <= leafSize ? undefined : bestSplit(candidates, left, protocol);
    if (split === undefined) return candidates.flatMap(({ rules }) => rules);
    const rest = left.filter((axis) => axis !== split.axis);
    const targets = split.pieces.map(({ at, candidates: own }) => {
      const known = split.axis === 'protocol' ? (at as IpProtocol) : protocol;
      return { at, chain: this.chainFor(own, rest, known) };
    });
    if (split.axis === 'protocol') {
      const verdicts = targets.flatMap(({ at, chain }) => protocolNames(at as IpProtocol, chain));
      return [`meta l4proto vmap { ${verdicts.join(', ')} }`];
    }
    const elements = targets.map(({ at, chain }) => `${this.#rangeText(at as Range, split.axis)} : goto ${chain}`);
    return [`${this.#selector(split.axis, protocol)} vmap @${this.#map(split.axis, elements)}`];
  }

  #map(axis: Axis, elements: readonly string[]): string {
    const name = `by_${contentHash([axis, elements]).slice(0, 12)}`;
    const type = axis === 'ports' ? 'inet_service' : this.#family === 'inet' ? 'ipv4_addr' : 'ipv6_addr';
    if (!this.#names.has(name)) {
      this.parts.push({ type: 'map', name, key: `type ${type}`, flags: 'interval', elements });
    }
    this.#names.add(name);
    return name;
  }

  #selector(axis: Axis, protocol: IpProtocol | null): string {
    const ip = this.#family === 'inet' ? 'ip' : 'ip6';
    if (axis === 'sources') return `ct original ${ip} saddr`;
    if (axis === 'destinations') return `ct original ${ip} daddr`;
    return `meta l4proto ${protocol} ct original proto-dst`;
  }

  #rangeText({ first, last }: Range, axis: Axis): string {
    const text = (value: bigint): string =>
      axis === 'ports' ? String(value) : addressOf(value, this.#family === 'inet6');
    return first === last ? text(first) : `${text(first)}-${text(last)}`;
  }
}

/** The protocol that all candidates ask for; null where there is no such. */
function commonProtocol(candidates: readonly Candidate[]): IpProtocol | null {
  const protocol = candidates[0]?.box.protocol ?? null;
  return candidates.every(({ box }) => box.protocol === protocol) ? protocol : null;
}

/** Ports can be told apart once the protocol is known. Undefined where no split is worth it. */
function bestSplit(
  candidates: readonly Candidate[],
  left: readonly Axis[],
  protocol: IpProtocol | null,
): Split | undefined {
  const most = maxCopies * candidates.length;
  return left
    .filter((axis) => axis !== 'ports' || protocol !== null)
    .map((axis) => splitBy(axis, candidates))
    .filter(({ pieces, cost }) => cost <= most && pieces.some((piece) => piece.candidates.length < candidates.length))
    .toSorted((a, b) => largest(a) - largest(b) || a.cost - b.cost)[0];
}

const largest = ({ pieces }: Split): number => Math.max(...pieces.map(({ candidates }) => candidates.length));

const protocolNames = (protocol: IpProtocol, chain: string): string[] =>
  (protocol === 'icmp' ? ['icmp', 'ipv6-icmp'] : [protocol]).map((name) => `${name} : goto ${chain}`);

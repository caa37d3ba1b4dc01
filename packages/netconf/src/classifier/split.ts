import type { IpProtocol, Range, Ranges } from '@patronus/core';
import type { Box } from './box.ts';

/** A term that may match, for whoever looks for it. */
export interface Candidate {
  /** Its place in the order of evaluation; the lowest that matches wins. */
  readonly rank: number;
  readonly box: Box;
  /** The rules that find out whether it matches, complete. */
  readonly rules: readonly string[];
}

/** An axis of the space of headers, by which candidates can be told apart. */
export type Axis = 'sources' | 'destinations' | 'protocol' | 'ports';
export const axes: readonly Axis[] = ['destinations', 'sources', 'protocol', 'ports'];

/** Where along an axis which candidates are left. */
export interface Split {
  readonly axis: Axis;
  readonly pieces: readonly { readonly at: Range | IpProtocol; readonly candidates: readonly Candidate[] }[];
  /** Candidates in all different lists of `pieces`: what it takes to write them down. */
  readonly cost: number;
}

/** Candidates that are bounded along the axis, by what is left of them at each place. */
export const splitBy = (axis: Axis, candidates: readonly Candidate[]): Split =>
  axis === 'protocol' ? splitByProtocol(candidates) : splitByRanges(axis, candidates);

function splitByProtocol(candidates: readonly Candidate[]): Split {
  const pieces = [...Map.groupBy(candidates, ({ box }) => box.protocol!)].map(([at, own]) => ({ at, candidates: own }));
  return { axis: 'protocol', pieces, cost: candidates.length };
}

/** A sweep along the axis; candidates with the same ranges begin and end together. */
function splitByRanges(axis: 'sources' | 'destinations' | 'ports', candidates: readonly Candidate[]): Split {
  const owners = [...Map.groupBy(candidates, ({ box }) => box[axis]!)];
  const turns = owners
    .flatMap(([ranges], owner) => turnsOf(ranges, owner))
    .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const present = new Set<number>();
  const lists = new Map<string, readonly Candidate[]>();
  const pieces: { at: { first: bigint; last: bigint }; candidates: readonly Candidate[] }[] = [];
  for (const [index, { at, owner, begins }] of turns.entries()) {
    if (begins) present.add(owner);
    else present.delete(owner);
    const next = turns[index + 1];
    if (next === undefined || next.at === at || present.size === 0) continue;
    const list = listOf(present, owners, lists);
    const before = pieces.at(-1);
    if (before?.candidates === list && before.at.last + 1n === at) before.at.last = next.at - 1n;
    else pieces.push({ at: { first: at, last: next.at - 1n }, candidates: list });
  }
  return { axis, pieces, cost: [...lists.values()].reduce((sum, list) => sum + list.length, 0) };
}

const turnsOf = (ranges: Ranges, owner: number): { at: bigint; owner: number; begins: boolean }[] =>
  ranges.flatMap(({ first, last }) => [
    { at: first, owner, begins: true },
    { at: last + 1n, owner, begins: false },
  ]);

/** The candidates of some owners, in order; the same list for the same owners. */
function listOf(
  present: ReadonlySet<number>,
  owners: readonly (readonly [Ranges, readonly Candidate[]])[],
  lists: Map<string, readonly Candidate[]>,
): readonly Candidate[] {
  const key = [...present].toSorted((a, b) => a - b).join();
  const known = lists.get(key);
  if (known !== undefined) return known;
  const made = [...present].flatMap((owner) => owners[owner]![1]).toSorted((a, b) => a.rank - b.rank);
  lists.set(key, made);
  return made;
}

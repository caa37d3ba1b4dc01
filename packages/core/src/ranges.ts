/** Numbers from `first` to `last`, both included. */
export interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

/** Sorted, disjoint and not adjacent. */
export type Ranges = readonly Range[];

/** The numbers that are in any of the ranges, which may overlap and come in any order. */
export function uniteRanges(ranges: readonly Range[]): Ranges {
  const sorted = ranges.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const united: { first: bigint; last: bigint }[] = [];
  for (const { first, last } of sorted) {
    const before = united.at(-1);
    if (before === undefined || first > before.last + 1n) united.push({ first, last });
    else if (last > before.last) before.last = last;
  }
  return united;
}

/** The numbers that are in both. */
export function intersectRanges(a: Ranges, b: Ranges): Ranges {
  const shared: Range[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [one, two] = [a[i]!, b[j]!];
    const first = one.first > two.first ? one.first : two.first;
    const last = one.last < two.last ? one.last : two.last;
    if (first <= last) shared.push({ first, last });
    if (one.last < two.last) i += 1;
    else j += 1;
  }
  return shared;
}

/** The numbers that are in `a` and not in `b`. */
export function subtractRanges(a: Ranges, b: Ranges): Ranges {
  const left: Range[] = [];
  let j = 0;
  for (const { first, last } of a) {
    let from = first;
    while (j < b.length && b[j]!.last < from) j += 1;
    for (let k = j; k < b.length && b[k]!.first <= last && from <= last; k += 1) {
      if (b[k]!.first > from) left.push({ first: from, last: b[k]!.first - 1n });
      from = b[k]!.last + 1n;
    }
    if (from <= last) left.push({ first: from, last });
  }
  return left;
}

import type { TransportLink, TransportLinks } from './link-documents.ts';

/** Each pair of labels once, each label with itself too; those of a link that no uplink has are kept. */
export function pairsOf(labels: readonly string[], links: TransportLinks): readonly TransportLink[] {
  const known = [...new Set([...labels, ...(links ?? []).flatMap(({ a, b }) => [a, b])])].toSorted();
  return known.flatMap((a, index) => known.slice(index).map((b) => ({ a, b })));
}

/** Whether traffic may go between two labels, in either order. */
export const joins = (links: TransportLinks, a: string, b: string): boolean =>
  links === null || links.some((link) => (link.a === a && link.b === b) || (link.a === b && link.b === a));

/** The links with one more or one less. */
export const toggled = (links: readonly TransportLink[], { a, b }: TransportLink): readonly TransportLink[] =>
  joins(links, a, b) ? links.filter((link) => !joins([link], a, b)) : [...links, { a, b }];

interface LabelledPath {
  readonly source_label: string;
  readonly dest_label: string;
}

/** Paths that would be no more. */
export const lostWith = <Path extends LabelledPath>(links: TransportLinks, paths: Iterable<Path>): readonly Path[] =>
  [...paths].filter(({ source_label: from, dest_label: to }) => !joins(links, from, to));

/** Something that has a place in the order. */
interface Placed {
  readonly id: string;
}

/** The ids with one moved to where another is. */
export function moved(ids: readonly string[], id: string, to: number): string[] {
  const rest = ids.filter((each) => each !== id);
  return rest.toSpliced(Math.max(0, Math.min(to, rest.length)), 0, id);
}

/**
 * Items in an order that somebody is making. What came in the meantime keeps its place, what went is left out.
 */
export function inOrder<Item extends Placed>(items: readonly Item[], draft: readonly string[] | null): readonly Item[] {
  if (draft === null) return items;
  const byId = new Map(items.map((item) => [item.id, item]));
  const known = new Set(draft);
  const ordered = draft.flatMap((id) => byId.get(id) ?? []);
  for (const [place, item] of items.entries()) {
    if (!known.has(item.id)) ordered.splice(place, 0, item);
  }
  return ordered;
}

/** Whether two lists name the same things in the same order. */
export const sameOrder = (a: readonly Placed[], b: readonly Placed[]): boolean =>
  a.length === b.length && a.every(({ id }, place) => id === b[place]?.id);

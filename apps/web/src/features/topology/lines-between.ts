import type { Bundle } from './links.ts';
import type { Point } from './place-sites.ts';

/** A bundle as drawn: a line from the rim of one site to that of another, and where its text stands. */
export interface DrawnBundle {
  readonly bundle: Bundle;
  readonly from: Point;
  readonly to: Point;
  readonly text: Point;
}

/** Parallel lines stand so far apart that their texts do not touch. */
const lineGap = 20;

/** The bundles between each pair of sites as parallel lines; those of sites without a place are left out. */
export function linesBetween(
  bundles: readonly Bundle[],
  places: ReadonlyMap<string, Point>,
  nodeRadius: number,
): DrawnBundle[] {
  const pairs = Map.groupBy(bundles, ({ siteA, siteB }) => `${siteA}\t${siteB}`);
  return [...pairs.values()].flatMap((pair) => {
    const [a, b] = [places.get(pair[0]!.siteA), places.get(pair[0]!.siteB)];
    return a === undefined || b === undefined ? [] : linesOfPair(pair, a, b, nodeRadius);
  });
}

function linesOfPair(pair: readonly Bundle[], a: Point, b: Point, nodeRadius: number): DrawnBundle[] {
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const along = { x: (b.x - a.x) / length, y: (b.y - a.y) / length };
  const gap = Math.min(lineGap, (2 * nodeRadius) / pair.length);
  return pair.map((bundle, index) => {
    const aside = (index - (pair.length - 1) / 2) * gap;
    const trim = Math.min(length / 2, Math.sqrt(Math.max(0, nodeRadius ** 2 - aside ** 2)));
    const at = (distance: number): Point => ({
      x: a.x + along.x * distance - along.y * aside,
      y: a.y + along.y * distance + along.x * aside,
    });
    const share = (index + 1) / (pair.length + 1);
    return { bundle, from: at(trim), to: at(length - trim), text: at(trim + (length - 2 * trim) * share) };
  });
}

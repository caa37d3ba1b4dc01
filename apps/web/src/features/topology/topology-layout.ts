import type { Bundle } from './links.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A bundle as drawn: a line from the rim of one node to that of another, and where its text stands. */
export interface DrawnBundle {
  readonly bundle: Bundle;
  readonly from: Point;
  readonly to: Point;
  readonly text: Point;
}

export interface TopologyLayout {
  readonly nodes: ReadonlyMap<string, Point>;
  readonly nodeRadius: number;
  readonly bundles: readonly DrawnBundle[];
}

/** Room for a name and a state inside a node; smaller ones have their name above them. */
export const roomyRadius = 34;
const margin = 6;
/** Wider than this times its height, the picture falls apart. */
const widestShape = 1.7;
/** Parallel lines stand so far apart that their texts do not touch. */
const lineGapPx = 20;

/**
 * Sites on an ellipse that fills the frame, the first on top (two sites side by side), and the links of each pair as
 * parallel lines. Lengths in px.
 */
export function layoutTopology(
  siteNames: readonly string[],
  bundles: readonly Bundle[],
  size: { readonly width: number; readonly height: number },
): TopologyLayout {
  const roomPerSite = (size.width + size.height) / Math.max(1, siteNames.length);
  const nodeRadius = roomPerSite > 4 * roomyRadius ? roomyRadius : Math.max(4, Math.min(12, roomPerSite / 5));
  const nodes = placeNodes(siteNames, size);
  const pairs = Map.groupBy(bundles, ({ siteA, siteB }) => `${siteA}\t${siteB}`);
  const drawn = [...pairs.values()].flatMap((pair) => {
    const [a, b] = [nodes.get(pair[0]!.siteA), nodes.get(pair[0]!.siteB)];
    return a === undefined || b === undefined ? [] : drawPair(pair, a, b, nodeRadius);
  });
  return { nodes, nodeRadius, bundles: drawn };
}

function placeNodes(names: readonly string[], size: { width: number; height: number }): Map<string, Point> {
  const start = names.length === 2 ? Math.PI : -Math.PI / 2;
  const angles = names.map((_name, index) => start + (index * 2 * Math.PI) / names.length);
  const spanX = Math.min(size.width - 2 * (roomyRadius + margin), size.height * widestShape);
  const spanY = size.height - 2 * (roomyRadius + margin);
  const xs = spread(angles.map(Math.cos), (size.width - spanX) / 2, spanX);
  const ys = spread(angles.map(Math.sin), roomyRadius + margin, spanY);
  return new Map(names.map((name, index) => [name, { x: xs[index]!, y: ys[index]! }]));
}

/** The values moved and scaled to reach from `start` over `span`; all in its middle where they are equal. */
function spread(values: readonly number[], start: number, span: number): number[] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const scale = most - least < 1e-9 ? 0 : Math.max(0, span) / (most - least);
  return values.map((value) => start + (scale === 0 ? span / 2 : (value - least) * scale));
}

function drawPair(pair: readonly Bundle[], a: Point, b: Point, nodeRadius: number): DrawnBundle[] {
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const along = { x: (b.x - a.x) / length, y: (b.y - a.y) / length };
  const gap = Math.min(lineGapPx, (2 * nodeRadius) / pair.length);
  return pair.map((bundle, index) => {
    const aside = (index - (pair.length - 1) / 2) * gap;
    const trim = Math.sqrt(Math.max(0, nodeRadius ** 2 - aside ** 2));
    const at = (distance: number): Point => ({
      x: a.x + along.x * distance - along.y * aside,
      y: a.y + along.y * distance + along.x * aside,
    });
    const share = (index + 1) / (pair.length + 1);
    return { bundle, from: at(trim), to: at(length - trim), text: at(trim + (length - 2 * trim) * share) };
  });
}

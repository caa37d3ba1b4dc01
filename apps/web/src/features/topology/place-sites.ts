/** A place in a drawing, in its own units. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
}

/** More names than these on one ellipse run into each other; they are put into groups. */
export const mostOnEllipse = 24;
/** Room at the rim for names and marks. */
const margin = 46;
/** Wider than this times its height, the picture falls apart. */
const widestShape = 1.9;
/** Discs have room of their own beside each other. */
const widestOfDiscs = 3.2;
/** Closer, sites could not be told apart, px. */
const leastApart = 4;
/** The angle between neighbours in a sunflower: no two of its seeds lie behind each other. */
const goldenAngle = Math.PI * (3 - Math.sqrt(5));

/** A group of sites as placed: a disc with its name. */
export interface PlacedGroup {
  readonly name: string;
  readonly at: Point;
  readonly radius: number;
}

export interface Placement {
  readonly sites: ReadonlyMap<string, Point>;
  readonly groups: readonly PlacedGroup[];
}

/**
 * Sites on an ellipse that fills the frame, the first on top (two side by side). Many sites lie in discs, one for each group
 * (`groupOf`), with room by their number.
 */
export function placeSites(names: readonly string[], groupOf: (name: string) => string, frame: Frame): Placement {
  if (names.length <= mostOnEllipse) return { sites: onEllipse(names, frame), groups: [] };
  const groups = [...Map.groupBy(names, groupOf)].toSorted(([, a], [, b]) => b.length - a.length);
  const centres = discCentres(groups.length, frame);
  const scale = discScale(
    groups.map(([, members]) => members.length),
    centres,
    frame,
  );
  const placed = groups.map(([name, members], index) => ({
    name,
    at: centres[index]!,
    radius: scale * Math.sqrt(members.length) + 10,
  }));
  const sites = groups.flatMap(([, members], index) =>
    members.map((name, place) => [name, seed(centres[index]!, place, scale)] as const),
  );
  return { sites: new Map(sites), groups: placed };
}

const middle = ({ width, height }: Frame): Point => ({ x: width / 2, y: height / 2 });

/** Centres of discs keep off the rim by a part of the frame, as discs reach out from them. */
const inset = 0.17;

function discCentres(count: number, frame: Frame): readonly Point[] {
  if (count === 1) return [middle(frame)];
  const inner = { width: frame.width * (1 - 2 * inset), height: frame.height * (1 - 2 * inset) };
  const names = Array.from({ length: count }, (_, index) => String(index));
  const [dx, dy] = [frame.width * inset, frame.height * inset];
  return [...onEllipse(names, inner, { widest: widestOfDiscs, rim: 0 }).values()].map(({ x, y }) => ({
    x: x + dx,
    y: y + dy,
  }));
}

function onEllipse(
  names: readonly string[],
  frame: Frame,
  { widest = widestShape, rim = margin } = {},
): Map<string, Point> {
  const start = names.length === 2 ? Math.PI : -Math.PI / 2;
  const angles = names.map((_name, index) => start + (index * 2 * Math.PI) / names.length);
  const spanY = frame.height - 2 * rim;
  const spanX = Math.min(frame.width - 2 * rim, spanY * widest);
  const xs = spread(angles.map(Math.cos), (frame.width - spanX) / 2, spanX);
  const ys = spread(angles.map(Math.sin), rim, spanY);
  return new Map(names.map((name, index) => [name, { x: xs[index]!, y: ys[index]! }]));
}

/** The values moved and scaled to reach from `start` over `span`; all in its middle where they are equal. */
function spread(values: readonly number[], start: number, span: number): number[] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const scale = most - least < 1e-9 ? 0 : Math.max(0, span) / (most - least);
  return values.map((value) => start + (scale === 0 ? span / 2 : (value - least) * scale));
}

/** The distance between seeds at which no two discs touch, and the largest fits the frame. */
function discScale(sizes: readonly number[], centres: readonly Point[], frame: Frame): number {
  const toRim = ({ x, y }: Point): number => Math.min(x, frame.width - x, y, frame.height - y) - 16;
  let scale = Math.min(...sizes.map((size, index) => toRim(centres[index]!) / Math.sqrt(size)));
  for (const [index, a] of centres.entries()) {
    for (const [other, b] of centres.entries()) {
      if (other <= index) continue;
      const apart = Math.hypot(a.x - b.x, a.y - b.y) - 30;
      scale = Math.min(scale, apart / (Math.sqrt(sizes[index]!) + Math.sqrt(sizes[other]!)));
    }
  }
  return Math.max(leastApart, Math.min(26, scale));
}

const seed = (centre: Point, place: number, scale: number): Point => ({
  x: centre.x + scale * Math.sqrt(place + 0.4) * Math.cos(place * goldenAngle),
  y: centre.y + scale * Math.sqrt(place + 0.4) * Math.sin(place * goldenAngle),
});

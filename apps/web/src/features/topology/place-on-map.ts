import { geoNaturalEarth1, geoPath, type GeoPermissibleObjects } from 'd3-geo';
import { feature, mesh } from 'topojson-client';
import type { Site } from '../../shared/live/network-documents.ts';
import atlas from 'world-atlas/countries-110m.json';
import type { Frame, Point } from './place-sites.ts';

export interface MapDrawing {
  /** Path data of the land, and of the borders between countries. */
  readonly land: string;
  readonly borders: string;
  readonly sites: ReadonlyMap<string, Point>;
}

type Atlas = Parameters<typeof mesh>[0];
const world = atlas as unknown as Atlas & { objects: { land: never; countries: never } };
const land = feature(world, world.objects.land) as GeoPermissibleObjects;
const borders = mesh(world, world.objects.countries, (a, b) => a !== b) as GeoPermissibleObjects;

/** A map shows at least so many degrees around its sites: closer, the coast lines are too coarse to know a place by. */
const leastSpan = 9;
const rim = 60;

/** The part of the world in which the sites lie, and the sites that have coordinates on it. */
export function placeOnMap(sites: readonly Site[], frame: Frame): MapDrawing {
  const known = sites.flatMap(({ name, latitude, longitude }) =>
    latitude === null || longitude === null ? [] : [{ name, at: [longitude, latitude] as [number, number] }],
  );
  const projection = geoNaturalEarth1();
  const around = known.length === 0 ? land : extentOf(known.map(({ at }) => at));
  projection.fitExtent(
    [
      [rim, rim],
      [frame.width - rim, frame.height - rim],
    ],
    around,
  );
  projection.clipExtent([
    [-frame.width, -frame.height],
    [2 * frame.width, 2 * frame.height],
  ]);
  const draw = geoPath(projection);
  const placed = known.flatMap(({ name, at }) => {
    const point = projection(at);
    return point === null ? [] : [[name, { x: point[0], y: point[1] }] as const];
  });
  return { land: draw(land) ?? '', borders: draw(borders) ?? '', sites: new Map(placed) };
}

/** The corners of the smallest part of the world around places, not smaller than what can be recognised. */
function extentOf(places: readonly (readonly [number, number])[]): GeoPermissibleObjects {
  const range = (values: readonly number[], limit: number): [number, number] => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const pad = Math.max(0, (leastSpan - (most - least)) / 2);
    return [Math.max(-limit, least - pad), Math.min(limit, most + pad)];
  };
  const [west, east] = range(
    places.map(([longitude]) => longitude),
    180,
  );
  const [south, north] = range(
    places.map(([, latitude]) => latitude),
    85,
  );
  const coordinates = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ];
  return { type: 'MultiPoint', coordinates };
}

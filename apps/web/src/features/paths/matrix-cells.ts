import type { Path } from '../../shared/live/network-documents.ts';
import { worse, type Health } from '../../shared/health/health.tsx';
import { timed } from './path-figures.ts';

/** What a matrix of paths can show. */
export const matrixFigures = ['state', 'delay', 'jitter', 'loss', 'mos'] as const;
export type MatrixFigure = (typeof matrixFigures)[number];

/** All paths from one site to another. */
export interface MatrixCell {
  readonly paths: readonly Path[];
  /** Of the best usable path: what traffic would get. */
  readonly value: number | null;
  /** The worst among the paths. */
  readonly worst: Health;
  /** The best among them: whether traffic gets there at all. */
  readonly best: Health;
}

const figureOf: Readonly<Record<MatrixFigure, (path: Path) => number | null>> = {
  state: () => null,
  delay: (path) => timed(path, path.latency),
  jitter: (path) => timed(path, path.jitter),
  loss: (path) => path.loss,
  mos: (path) => timed(path, path.mos),
};

const order: Readonly<Record<Health, number>> = { up: 0, degraded: 1, unknown: 2, down: 3 };
const better = (a: Health, b: Health): Health => (order[a] <= order[b] ? a : b);

/** The cells of a matrix by `source\tdestination`; a pair of sites without a path has none. */
export function matrixCells(paths: Iterable<Path>, figure: MatrixFigure): Map<string, MatrixCell> {
  const pairs = Map.groupBy(paths, (path) => `${path.source_site}\t${path.dest_site}`);
  const cells = [...pairs].map(([pair, group]) => [pair, cellOf(group, figure)] as const);
  return new Map(cells);
}

function cellOf(paths: readonly Path[], figure: MatrixFigure): MatrixCell {
  const states = paths.map((path) => path.health_status);
  const usable = paths.filter((path) => path.health_status === 'up' || path.health_status === 'degraded');
  const values = usable.map(figureOf[figure]).filter((value) => value !== null);
  const most = figure === 'mos' ? Math.max : Math.min;
  return {
    paths,
    value: values.length === 0 ? null : most(...values),
    worst: states.reduce(worse),
    best: states.reduce(better),
  };
}

/**
 * Where a figure begins to be felt and where it hurts, as ITU-T G.114 (delay), G.1010 (loss, jitter of speech) and
 * P.800 (MOS) have it for talk between people.
 */
const limits: Readonly<Record<Exclude<MatrixFigure, 'state'>, readonly [fair: number, poor: number]>> = {
  delay: [150, 400],
  jitter: [10, 30],
  loss: [1, 3],
  mos: [4, 3.1],
};

export type Grade = 'good' | 'fair' | 'poor' | 'none';

/** How good a cell is: its colour, which its text says too. */
export function gradeOf(cell: MatrixCell | undefined, figure: MatrixFigure): Grade {
  if (cell === undefined) return 'none';
  if (figure === 'state') return stateGrade[cell.best === 'up' && cell.worst !== 'up' ? 'degraded' : cell.best];
  if (cell.best === 'down') return 'poor';
  if (cell.value === null) return 'none';
  const [fair, poor] = limits[figure];
  const isWorse = (limit: number): boolean => (figure === 'mos' ? cell.value! < limit : cell.value! > limit);
  if (isWorse(poor)) return 'poor';
  return isWorse(fair) ? 'fair' : 'good';
}

const stateGrade: Readonly<Record<Health, Grade>> = { up: 'good', degraded: 'fair', down: 'poor', unknown: 'none' };

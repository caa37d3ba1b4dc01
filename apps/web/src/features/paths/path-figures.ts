import type { Path } from '../../shared/live/network-documents.ts';

/** A time measured on a path; of one that loses everything it is of the past. */
export const timed = (path: Path, ms: number | null): number | null => (path.loss === 100 ? null : ms);

/** The path back between the same two endpoints. */
export const reverseOf = (path: Path, paths: ReadonlyMap<string, Path>): Path | undefined =>
  [...paths.values()].find(
    (other) => other.source_endpoint_id === path.dest_endpoint_id && other.dest_endpoint_id === path.source_endpoint_id,
  );

import { trafficBucketMs } from '../repositories/traffic-repository.ts';

/** A step of the finest history, and how much of what was counted had come by its end, 0 to 1. */
export interface TrafficStep {
  /** Unix ms at which it begins. */
  readonly bucket: number;
  readonly upTo: number;
}

/**
 * Edges tell their counters every ten seconds or sooner. What they tell after a longer silence may have passed at any time of
 * it, and stands where they told it.
 */
const longestMs = 60_000;

const stepMs = trafficBucketMs.tenSeconds;

/**
 * The steps in which counts came that were told last at `since` and again at `until`, unix ms: evenly over the time between,
 * so that a report that comes a moment after the end of a step leaves no hole in it. `since` is null for the first report.
 */
export function stepsBetween(since: number | null, until: number): TrafficStep[] {
  const length = until - (since ?? until);
  const last = until - (until % stepMs);
  if (since === null || length <= 0 || length > longestMs) return [{ bucket: last, upTo: 1 }];
  const steps: TrafficStep[] = [];
  for (let bucket = since - (since % stepMs); bucket <= last; bucket += stepMs) {
    steps.push({ bucket, upTo: Math.min(1, (bucket + stepMs - since) / length) });
  }
  return steps;
}

/**
 * The value below which the given share (0–1) of the samples lies, by the nearest-rank method; NaN for no samples.
 */
export function percentile(samples: readonly number[], share: number): number {
  if (samples.length === 0) return Number.NaN;
  const sorted = samples.toSorted((a, b) => a - b);
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length)));
  return sorted[rank - 1]!;
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);

/** The arithmetic mean; NaN for no samples. */
export const mean = (samples: readonly number[]): number =>
  samples.length === 0 ? Number.NaN : samples.reduce((sum, sample) => sum + sample, 0) / samples.length;

/**
 * What the mean of a count is at least, given that `count` rare events were seen: the lower limit of a one-sided confidence
 * interval of a Poisson mean, for the standard normal quantile `z` (2.33 for 99 %), by Wilson and Hilferty's approximation
 * of the chi-squared quantile; exact to a hundredth from three events on.
 */
export function leastMean(count: number, z: number): number {
  if (count <= 0) return 0;
  return count * Math.max(0, 1 - 1 / (9 * count) - z / (3 * Math.sqrt(count))) ** 3;
}

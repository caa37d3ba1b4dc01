/** Rates are means over so long: longer than edges take between two reports of their counters. */
const rateWindowMs = 10_000;

export interface Counters {
  readonly packets: number;
  readonly bytes: number;
  /** When it was counted, unix ms; absent: just now. */
  readonly at?: number;
}

interface Sample extends Counters {
  /** Unix ms. */
  readonly at: number;
}

/** Traffic per second; null until two samples are there. */
export interface Rates {
  readonly packetsPerSecond: number | null;
  readonly bitsPerSecond: number | null;
}

export type Samples = ReadonlyMap<string, readonly Sample[]>;

/**
 * Adds a sample for each counter that was counted anew; one that went back was reset, and its earlier samples mean nothing.
 * `now` is unix ms; what is older than the window is forgotten.
 */
export function addSamples(
  before: Samples,
  counters: ReadonlyMap<string, Counters>,
  now: number,
  windowMs = rateWindowMs,
): Samples {
  return new Map(
    [...counters].map(([id, { packets, bytes, at = now }]) => {
      const sample = { at, packets, bytes };
      const earlier = (before.get(id) ?? []).filter((old) => old.at < at && now - old.at <= windowMs);
      const reset = earlier.some((old) => old.packets > packets || old.bytes > bytes);
      return [id, reset ? [sample] : [...earlier, sample]];
    }),
  );
}

/** Mean traffic over the samples of the last seconds. */
export function ratesOf(samples: readonly Sample[] | undefined): Rates {
  const [first, last] = [samples?.[0], samples?.at(-1)];
  if (first === undefined || last === undefined || last.at <= first.at) {
    return { packetsPerSecond: null, bitsPerSecond: null };
  }
  const seconds = (last.at - first.at) / 1000;
  return {
    packetsPerSecond: (last.packets - first.packets) / seconds,
    bitsPerSecond: ((last.bytes - first.bytes) * 8) / seconds,
  };
}

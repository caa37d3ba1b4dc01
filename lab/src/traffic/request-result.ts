import { percentile } from '@patronus/core';

export interface RequestOutcome {
  /** Unix ms. */
  readonly startedMs: number;
  /** From asking to the last octet of the answer, or to the failure. */
  readonly latencyMs: number;
  readonly failure: string | null;
}

export interface RequestEnd {
  readonly outcomes: readonly RequestOutcome[];
}

/** What became of a stream of requests. Times are unix ms. */
export interface RequestResult {
  readonly kind: 'request';
  readonly firstMs: number;
  readonly lastMs: number;
  readonly requests: number;
  readonly failures: number;
  /** Each kind of failure, and how often it happened. */
  readonly reasons: readonly { readonly reason: string; readonly count: number }[];
  /** Of answered requests; null where none was. */
  readonly latency: { readonly medianMs: number; readonly p99Ms: number; readonly maxMs: number } | null;
  readonly outcomes: readonly RequestOutcome[];
}

export function requestResult(outcomes: readonly RequestOutcome[]): RequestResult {
  const sorted = outcomes.toSorted((a, b) => a.startedMs - b.startedMs);
  const failed = sorted.flatMap(({ failure }) => (failure === null ? [] : [failure]));
  const latencies = sorted.flatMap(({ failure, latencyMs }) => (failure === null ? [latencyMs] : []));
  const reasons = [...new Set(failed)].map((reason) => ({
    reason,
    count: failed.filter((each) => each === reason).length,
  }));
  return {
    kind: 'request',
    firstMs: sorted[0]?.startedMs ?? 0,
    lastMs: sorted.at(-1)?.startedMs ?? 0,
    requests: sorted.length,
    failures: failed.length,
    reasons,
    latency:
      latencies.length === 0
        ? null
        : {
            medianMs: percentile(latencies, 0.5),
            p99Ms: percentile(latencies, 0.99),
            maxMs: percentile(latencies, 1),
          },
    outcomes: sorted,
  };
}

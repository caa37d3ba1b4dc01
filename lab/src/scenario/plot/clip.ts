import type { StreamResult } from '../../traffic/index.ts';

/** The part of a result that lies within the run: streams begin before it, one after the other, and end after it. */
export function clipResult(
  result: StreamResult['result'],
  run: { readonly startedMs: number; readonly endedMs: number },
): StreamResult['result'] {
  const inside = (timeMs: number): boolean => timeMs >= run.startedMs && timeMs <= run.endedMs;
  const clip = <Span extends { readonly fromMs: number; readonly toMs: number }>(spans: readonly Span[]): Span[] =>
    spans
      .filter(({ fromMs, toMs }) => toMs > run.startedMs && fromMs < run.endedMs)
      .map((span) => ({
        ...span,
        fromMs: Math.max(span.fromMs, run.startedMs),
        toMs: Math.min(span.toMs, run.endedMs),
      }));
  switch (result.kind) {
    case 'udp':
      return {
        ...result,
        slices: result.slices.filter(({ startMs }) => inside(startMs)),
        outages: clip(result.outages),
      };
    case 'tcp':
      return { ...result, slices: result.slices.filter(({ startMs }) => inside(startMs)), stalls: clip(result.stalls) };
    case 'request':
      return { ...result, outcomes: result.outcomes.filter(({ startedMs }) => inside(startedMs)) };
  }
}

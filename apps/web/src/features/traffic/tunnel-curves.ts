import type { Series } from '../../shared/charts/chart-data.ts';
import type { Span } from '../../shared/charts/time-range.ts';
import { bitRates } from './traffic-rates.ts';

interface TunnelPoint {
  /** Where the step begins, unix ms. */
  readonly timestamp: number;
  readonly bytes_sent: number;
  readonly bytes_received: number;
}

/** What went out and came in by tunnels, as two curves of bit/s. */
export function tunnelCurves(points: readonly TunnelPoint[], span: Span, step: number, now: number): readonly Series[] {
  const rates = (bytesOf: (point: TunnelPoint) => number) =>
    bitRates(
      points.map((point) => ({ timestamp: point.timestamp, bytes: bytesOf(point) })),
      span,
      step,
      now,
    );
  return [
    { label: 'sent', color: '--series-1', filled: true, ...rates((point) => point.bytes_sent) },
    { label: 'received', color: '--series-2', ...rates((point) => point.bytes_received) },
  ];
}

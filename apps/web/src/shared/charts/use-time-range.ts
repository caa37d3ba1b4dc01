import { useMemo } from 'react';
import { useAddressParameters, useSetAddress } from '../address/use-address.ts';
import { useNow } from '../figures/use-now.ts';
import { shownFirst, spanOf, stepFor, type Span, type TimeRange } from './time-range.ts';

export interface ShownRange {
  readonly range: TimeRange;
  /** The moments that it means; a relative range moves on with the clock. */
  readonly span: Span;
  /** ms */
  readonly step: number;
  /** It goes up to now. */
  readonly isLive: boolean;
  readonly set: (range: TimeRange) => void;
  /** Shows just this, as after dragging over a chart. */
  readonly zoom: (span: Span) => void;
}

/** A relative range moves on so often; finer would ask the controller more than curves show. */
const moveMs = 10_000;

/** The range of time that all charts of the page share, from the address bar. */
export function useTimeRange(): ShownRange {
  const parameters = useAddressParameters();
  const setAddress = useSetAddress();
  const now = useNow(moveMs);
  const { from = shownFirst.from, to = shownFirst.to } = parameters;
  return useMemo(() => {
    const range = { from, to };
    const span = spanOf(range, now);
    const set = (next: TimeRange): void =>
      setAddress({ from: next.from === shownFirst.from ? '' : next.from, to: next.to }, { push: true });
    return {
      range,
      span,
      step: stepFor(span),
      isLive: to === '',
      set,
      zoom: (chosen) => set({ from: String(Math.round(chosen.from)), to: String(Math.round(chosen.to)) }),
    };
  }, [from, to, now, setAddress]);
}

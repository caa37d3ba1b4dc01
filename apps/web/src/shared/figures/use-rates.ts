import { useRef } from 'react';
import { addSamples, ratesOf, type Counters, type Rates, type Samples } from './rates.ts';

/** Traffic per second of each counter, from answers as they come; `answeredAt` changes with every answer. */
export function useRates(
  counters: ReadonlyMap<string, Counters>,
  answer: unknown,
  windowMs?: number,
): (id: string) => Rates {
  const kept = useRef<{ answer: unknown; samples: Samples }>({ answer: null, samples: new Map() });
  if (answer !== null && kept.current.answer !== answer) {
    kept.current = { answer, samples: addSamples(kept.current.samples, counters, Date.now(), windowMs) };
  }
  return (id) => ratesOf(kept.current.samples.get(id));
}

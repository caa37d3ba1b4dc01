import { median } from '@patronus/core';

const warmUpRounds = 40;
const measuredRounds = 200;

/**
 * Nanoseconds per operation, the loop around it included: the median over rounds, each of which does it once for every
 * index. One operation alone is shorter than a look at the clock.
 */
export function perOperation(
  count: number,
  operation: (index: number) => void,
): { median: number; operations: number } {
  const times: number[] = [];
  for (let round = 0; round < warmUpRounds + measuredRounds; round++) {
    const start = performance.now();
    for (let index = 0; index < count; index++) operation(index);
    if (round >= warmUpRounds) times.push(((performance.now() - start) / count) * 1e6);
  }
  return { median: median(times), operations: measuredRounds * count };
}

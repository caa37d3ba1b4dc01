import type { LabelWeight } from '@patronus/core';

/** The largest weight of a next hop in a group: the kernel keeps weight − 1 in one octet. */
const maxWeight = 255;

/**
 * Whole-numbered weights 1–255 for paths that count for these label weights; paths that count for the same one divide it.
 * Shares too small for the range are rounded, never to nothing.
 */
export function pathWeights(shares: readonly LabelWeight[]): number[] {
  const sizes = new Map<LabelWeight, number>();
  for (const share of shares) sizes.set(share, (sizes.get(share) ?? 0) + 1);
  const common = [...sizes.values()].reduce(leastCommonMultiple, 1);
  const exact = shares.map((share) => (share.weight * common) / sizes.get(share)!);
  const divisor = exact.reduce(greatestCommonDivisor, 0);
  const scale = Math.max(divisor, Math.max(...exact) / maxWeight);
  return exact.map((weight) => Math.max(1, Math.round(weight / scale)));
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
const leastCommonMultiple = (a: number, b: number): number => (a * b) / greatestCommonDivisor(a, b);

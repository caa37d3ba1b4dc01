import { describe, expect, it } from 'vitest';
import { pathWeights } from './share.ts';

const [wide, narrow] = [
  { label: 'broadband', weight: 3 },
  { label: 'lte', weight: 1 },
];

describe('weights of paths', () => {
  it('follow the labels', () => expect(pathWeights([wide, narrow])).toEqual([3, 1]));
  it('divide a label among its paths', () => expect(pathWeights([wide, wide, narrow])).toEqual([3, 3, 2]));
  it('are as small as they can be', () => expect(pathWeights([wide, wide])).toEqual([1, 1]));
  it('fit the kernel, and never become nothing', () => {
    const weights = pathWeights([
      { label: 'a', weight: 255 },
      { label: 'b', weight: 254 },
      ...Array<typeof narrow>(7).fill(narrow),
    ]);
    expect(Math.max(...weights)).toBe(255);
    expect(Math.min(...weights)).toBe(1);
  });
});

import { describe, expect, it } from 'vitest';
import { closestWord } from './closest-word.ts';

const known = ['microsoft-teams', 'zoom', 'slack', 'ssh', 'salesforce'];

describe('the closest word', () => {
  it.each([
    ['salesfroce', 'salesforce'],
    ['Zom', 'zoom'],
    ['microsft-teams', 'microsoft-teams'],
    ['teams', 'microsoft-teams'],
  ])('to %s is %s', (typed, meant) => {
    expect(closestWord(typed, known)).toBe(meant);
  });

  it('is none where nothing is near', () => {
    expect(closestWord('kubernetes', known)).toBeNull();
    expect(closestWord('x', known)).toBeNull();
  });
});

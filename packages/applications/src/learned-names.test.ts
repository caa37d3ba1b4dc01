import type { Address } from '@patronus/core';
import { describe, expect, it } from 'vitest';
import { LearnedNames, maxLearnedAddresses } from './learned-names.ts';

const address = (text: string): Address => text as Address;

describe('names that were learned', () => {
  it('are told the latest first, and forgotten when their time is over', () => {
    let now = 0;
    const learned = new LearnedNames({ now: () => now, wall: () => now });
    learned.learn(address('192.0.2.1'), ['a.example.com', 'cdn.example.net'], 20);
    learned.learn(address('192.0.2.1'), ['b.example.com'], 3_600);
    expect(learned.namesOf(address('192.0.2.1'))).toEqual(['b.example.com', 'a.example.com', 'cdn.example.net']);
    now = 301_000;
    expect(learned.namesOf(address('192.0.2.1'))).toEqual(['b.example.com']);
    expect(learned.all()).toEqual([{ address: '192.0.2.1', name: 'b.example.com', ttlSec: 3_299 }]);
    now = 3_601_000;
    expect(learned.namesOf(address('192.0.2.1'))).toEqual([]);
    expect(learned.size).toBe(0);
  });

  it('are bounded, for one address and for all', () => {
    const learned = new LearnedNames({ now: () => 0, wall: () => 0 });
    for (let index = 0; index < 100; index++) learned.learn(address('192.0.2.1'), [`n${index}.example.com`], 60);
    expect(learned.namesOf(address('192.0.2.1'))).toHaveLength(16);
    const gone: (Address | null)[] = [];
    for (let index = 0; index < maxLearnedAddresses; index++) {
      gone.push(
        learned.learn(address(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`), ['x.example.com'], 60),
      );
    }
    expect(learned.size).toBe(maxLearnedAddresses);
    expect(gone.filter((each) => each !== null)).toEqual(['192.0.2.1']);
  });
});

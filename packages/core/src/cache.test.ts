import { VirtualTime } from '@patronus/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { Cache } from './cache.ts';

let time: VirtualTime;
let cache: Cache<string, number>;
const value = () => Promise.withResolvers<number>();

beforeEach(() => {
  time = new VirtualTime();
  cache = new Cache({ ttlMs: 60_000, maxEntries: 3, clock: time });
});

describe('a value', () => {
  it('is there until its time is over, its own or that of the cache', async () => {
    cache.insert('a', 1);
    cache.insertWithTtl('b', 2, 1_000);
    await time.advance(999);
    expect([cache.get('a'), cache.get('b')]).toEqual([1, 2]);
    await time.advance(1);
    expect([cache.get('a'), cache.get('b')]).toEqual([1, undefined]);
    await time.advance(59_000);
    expect([cache.contains('a'), cache.get('a')]).toEqual([false, undefined]);
  });

  it('is replaced, removed and cleared', () => {
    cache.insert('a', 1);
    cache.insert('a', 2);
    expect(cache.get('a')).toBe(2);
    expect([cache.remove('a'), cache.remove('a'), cache.contains('a')]).toEqual([true, false, false]);
    cache.insert('b', 1);
    cache.insert('c', 1);
    expect(cache.clear()).toBe(2);
    expect(cache.stats().entries).toBe(0);
  });

  it('makes room when nobody asked for it longest', () => {
    for (const key of ['a', 'b', 'c']) cache.insert(key, 1);
    cache.get('a');
    cache.insert('d', 1);
    expect(['a', 'b', 'c', 'd'].filter((key) => cache.contains(key))).toEqual(['a', 'c', 'd']);
    cache.insert('d', 2);
    expect(cache.stats().entries).toBe(3);
  });

  it('that is over is swept out', async () => {
    cache.insertWithTtl('a', 1, 10);
    cache.insert('b', 1);
    await time.advance(10);
    expect(cache.cleanupExpired()).toBe(1);
    expect(cache.stats().entries).toBe(1);
  });
});

describe('counts', () => {
  it('tell hits and misses, of which a value that is over is one', async () => {
    cache.insert('a', 1);
    cache.get('a');
    cache.get('b');
    await time.advance(60_000);
    cache.get('a');
    cache.contains('a');
    expect(cache.stats()).toEqual({ hits: 1, misses: 2, entries: 0 });
  });
});

describe('a missing value', () => {
  it('is made once for all who ask meanwhile, and then is there', async () => {
    const made = value();
    let times = 0;
    const make = () => (times++, made.promise);
    const asked = [cache.getOrMake('a', make), cache.getOrMake('a', make), cache.getOrMake('a', make)];
    made.resolve(7);
    expect(await Promise.all(asked)).toEqual([7, 7, 7]);
    expect([await cache.getOrMake('a', make), times]).toEqual([7, 1]);
  });

  it('is not kept when it was removed while it was made: what came after the write is read', async () => {
    for (const forget of [() => void cache.remove('a'), () => void cache.clear()]) {
      const [old, fresh] = [value(), value()];
      const before = cache.getOrMake('a', () => old.promise);
      forget();
      const after = cache.getOrMake('a', () => fresh.promise);
      fresh.resolve(2);
      expect(await after).toBe(2);
      old.resolve(1);
      expect([await before, cache.get('a')]).toEqual([1, 2]);
      cache.clear();
    }
  });

  it('that cannot be made fails for those who wait, and is tried again', async () => {
    const broken = value();
    const asked = [cache.getOrMake('a', () => broken.promise), cache.getOrMake('a', () => broken.promise)];
    broken.reject(new Error('no'));
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await cache.getOrMake('a', async () => 3)).toBe(3);
  });
});

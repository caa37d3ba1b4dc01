import { Cache, PatronusError } from '@patronus/core';
import type { Bench } from './bench-line.ts';
import { perOperation } from './per-operation.ts';

const entries = 10_000;
const keys = Array.from({ length: entries }, (_, index) => `path ${index}`);

export const bench: Bench = {
  about: `the cache with ${entries} values: a hit ≤ 1 µs`,
  run(report) {
    const cache = new Cache<string, number>({ ttlMs: 60_000, maxEntries: entries });
    keys.forEach((key, index) => cache.insert(key, index));
    let sum = 0;
    const hit = perOperation(entries, (index) => (sum += cache.get(keys[(index * 7_919) % entries]!)!));
    report({ metric: 'hit, median', value: hit.median, unit: 'ns', samples: hit.operations });
    const miss = perOperation(entries, () => (sum += cache.get('missing') ?? 0));
    report({ metric: 'miss, median', value: miss.median, unit: 'ns', samples: miss.operations });
    const insert = perOperation(entries, (index) => cache.insert(keys[index]!, index));
    report({ metric: 'insert, median', value: insert.median, unit: 'ns', samples: insert.operations });
    if (!Number.isFinite(sum)) throw new PatronusError('internal', 'values were lost');
    return Promise.resolve();
  },
};

import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { maxSites } from '@patronus/core';
import { behindNat, tester, testNetwork, type TestNetwork } from '../testing/index.ts';

const names = ['a', 'b', 'c', 'd', 'e'];
const operation = fc.record({
  what: fc.constantFrom('create', 'delete', 'purge', 'restore'),
  name: fc.constantFrom(...names),
});

/** As if every other number had been given before: from here on only those that were given back are. */
async function withFewNumbersLeft(network: TestNetwork): Promise<void> {
  for (const name of ['x', 'y', 'z']) await network.sites.create(tester, { name });
  const last = { kind: 'site_index', scope: '', value: maxSites - 1, owner: 'another', allocated_at: 0 };
  await network.store.db
    .insertInto('allocations')
    .values({ ...last, released_at: null })
    .execute();
  for (const name of ['x', 'y', 'z']) await network.siteDeletion.delete(tester, name, { purge: true });
}

/** Numbers of every site, deleted or not, by its id. */
async function numbersOf(network: TestNetwork): Promise<Map<string, string>> {
  const { rows } = await sql<{ site_id: string; site_index: number; slot: number }>`
    SELECT site_id, site_index, slot FROM sdwan_sites JOIN sdwan_endpoints USING (site_id)
    ORDER BY site_id, slot`.execute(network.store.db);
  return new Map(
    Array.from(
      Map.groupBy(rows, (row) => row.site_id),
      ([id, ends]) => [id, `${ends[0]!.site_index} ${ends.map(({ slot }) => slot).join(',')}`],
    ),
  );
}

function perform(network: TestNetwork, what: string, name: string): Promise<unknown> {
  switch (what) {
    case 'create':
      return network.sites.create(tester, { name, endpoints: [behindNat('lte', 'wwan0'), behindNat('dsl', 'eth0')] });
    case 'restore':
      return network.siteDeletion.restore(tester, name);
    default:
      return network.siteDeletion.delete(tester, name, { purge: what === 'purge' });
  }
}

describe('numbers of a site', () => {
  it('are its own from its creation until it is purged, whatever comes and goes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 10, maxLength: 30 }), async (operations) => {
        const network = await testNetwork();
        try {
          await withFewNumbersLeft(network);
          let before = await numbersOf(network);
          for (const { what, name } of operations) {
            const refusal = await perform(network, what, name).then(
              () => null,
              (thrown: unknown) => (thrown as { code?: unknown }).code,
            );
            expect([null, 'invalid_input', 'not_found', 'conflict', 'exhausted']).toContain(refusal);
            const after = await numbersOf(network);
            const indexes = [...after.values()].map((numbers) => numbers.split(' ')[0]);
            expect(new Set(indexes).size).toBe(indexes.length);
            expect(indexes.length).toBeLessThanOrEqual(3);
            for (const [id, numbers] of after) expect(before.get(id) ?? numbers).toBe(numbers);
            before = after;
          }
        } finally {
          await network.close();
        }
      }),
      { seed: 7, numRuns: 15 },
    );
  });

  it('are not to be had while those who hold them can be restored', async () => {
    const network = await testNetwork();
    try {
      await withFewNumbersLeft(network);
      for (const name of ['a', 'b', 'c']) await perform(network, 'create', name);
      await perform(network, 'delete', 'a');
      await expect(perform(network, 'create', 'd')).rejects.toMatchObject({
        code: 'exhausted',
        message: expect.stringContaining('purge a site') as unknown,
      });
      await perform(network, 'purge', 'b');
      await perform(network, 'create', 'd');
      await perform(network, 'restore', 'a');
      const numbers = [...(await numbersOf(network)).values()].toSorted();
      expect(numbers).toEqual(['1 0,1', '2 0,1', '3 0,1']);
    } finally {
      await network.close();
    }
  });
});

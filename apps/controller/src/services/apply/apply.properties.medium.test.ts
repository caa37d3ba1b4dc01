import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tester, testNetwork, type TestNetwork } from '../../testing/index.ts';
import { randomNetwork } from '../../testing/random-network.ts';
import type { Manifest } from './manifest.ts';

const runs = { numRuns: 10, seed: 3 };

async function withNetwork<T>(work: (network: TestNetwork) => Promise<T>): Promise<T> {
  const network = await testNetwork();
  try {
    return await work(network);
  } finally {
    await network.close();
  }
}

const traces = async ({ store }: TestNetwork) => ({
  events: await store.db.selectFrom('events').select('event_id').execute(),
  audit: await store.db.selectFrom('sdwan_audit_log').select('hash').execute(),
});

/** The same whatever the order of endpoints in their slots, and of policies of one priority. */
const sorted = (documents: readonly Manifest[]): unknown =>
  documents
    .map((document) =>
      document.kind === 'Site'
        ? { ...document, spec: { ...document.spec, endpoints: document.spec.endpoints?.toSorted(byDevice) } }
        : document,
    )
    .toSorted((a, b) => `${a.kind} ${a.metadata.name}`.localeCompare(`${b.kind} ${b.metadata.name}`));

const byDevice = (a: { device: string }, b: { device: string }): number => a.device.localeCompare(b.device);

describe('any network', () => {
  it('is not changed by applying its export, and no event or audit row says so', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(randomNetwork, (documents) =>
        withNetwork(async (network) => {
          await network.declarations.apply(tester, { documents });
          const [exported, before] = [await network.declarations.export(), await traces(network)];
          const { objects } = await network.declarations.apply(tester, { documents: exported, prune: true });
          expect(objects.filter(({ outcome }) => outcome !== 'unchanged')).toEqual([]);
          expect(await network.declarations.export()).toEqual(exported);
          expect(await traces(network)).toEqual(before);
        }),
      ),
      runs,
    );
  });

  it(
    'becomes any other in one change, the same as if that had been made from nothing',
    { timeout: 300_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(randomNetwork, randomNetwork, async (first, second) => {
          const fresh = await withNetwork(async (network) => {
            await network.declarations.apply(tester, { documents: second });
            return network.declarations.export();
          });
          const changed = await withNetwork(async (network) => {
            await network.declarations.apply(tester, { documents: first });
            const before = sorted(await network.declarations.export());
            await network.declarations.apply(tester, { documents: second, prune: true, dry_run: true });
            expect(sorted(await network.declarations.export())).toEqual(before);
            await network.declarations.apply(tester, { documents: second, prune: true });
            return network.declarations.export();
          });
          const hasSites = second.some(({ kind }) => kind === 'Site');
          const compared = (all: readonly Manifest[]) =>
            sorted(hasSites ? all : all.filter(({ kind }) => kind !== 'Site'));
          expect(compared(changed)).toEqual(compared(fresh));
        }),
        runs,
      );
    },
  );
});

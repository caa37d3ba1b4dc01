import type { PolicyMatch } from '@patronus/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serverVariable } from '../../testing/postgres-databases.ts';
import { tester, testNetwork, type TestNetwork } from '../../testing/index.ts';
import { randomNetwork } from '../../testing/random-network.ts';
import type { EndpointView } from '../endpoint-service.ts';
import type { Manifest } from './manifest.ts';

/**
 * A failure is told as it is: making it smaller takes minutes, as each try is a database. Those of a server take the longest to make, and
 * what differs there shows early.
 */
const runs = { numRuns: process.env[serverVariable] === undefined ? 10 : 4, seed: 3, endOnFailure: true };

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

/** What the network is, read past the export: no ids or times, and in an order of its own. */
async function stateOf({ sites, hostSets, policies, links, paths, users }: TestNetwork): Promise<unknown> {
  const all = await sites.list();
  const sets = await hostSets.list();
  const nameOf = new Map([...all, ...sets].map(({ id, name }) => [id, name]));
  const named = (match: PolicyMatch): unknown =>
    JSON.parse(JSON.stringify(match), (_key, value: unknown) =>
      typeof value === 'string' ? (nameOf.get(value) ?? value) : value,
    );
  return {
    hostSets: sets.map(({ name, description, members }) => ({ name, description, members })),
    sites: all.map(({ name, location, prefixes, tags, timeZone, endpoints }) => ({
      name,
      location,
      prefixes,
      tags,
      timeZone,
      endpoints: endpoints.map(ownFields).toSorted((a, b) => a.device.localeCompare(b.device)),
    })),
    policies: (await policies.list())
      .map(({ name, priority, description, matchConditions, action, enabled, isDefault }) => {
        return { name, priority, description, match: named(matchConditions), action, enabled, isDefault };
      })
      .toSorted((a, b) => a.name.localeCompare(b.name)),
    links: await links.get(),
    users: (await users.list()).map(({ username, name, role, enabled }) => ({ username, name, role, enabled })),
    paths: (await paths.list())
      .map((path) => `${path.sourceSite}/${path.sourceLabel} ${path.destSite}/${path.destLabel} ${path.bandwidth}`)
      .toSorted(),
  };
}

const ownFields = ({ label, device, address, port, nat, cost, profile, upBps, downBps }: EndpointView) => ({
  label,
  device,
  address,
  port,
  nat,
  cost,
  profile,
  upBps,
  downBps,
});

const made = (documents: readonly Manifest[]): Promise<unknown> =>
  withNetwork(async (network) => {
    await network.declarations.apply(tester, { documents: [...documents] });
    return stateOf(network);
  });

describe('any network', () => {
  it(
    'is told whole by its export, and applying that changes nothing and leaves no trace',
    { timeout: 300_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(randomNetwork, (documents) =>
          withNetwork(async (network) => {
            await network.declarations.apply(tester, { documents });
            const [state, exported, before] = [
              await stateOf(network),
              await network.declarations.export({ users: true }),
              await traces(network),
            ];
            const { objects } = await network.declarations.apply(tester, { documents: exported, prune: true });
            expect(objects.filter(({ outcome }) => outcome !== 'unchanged')).toEqual([]);
            expect([await stateOf(network), await traces(network)]).toEqual([state, before]);
            expect(await made(exported)).toEqual(state);
          }),
        ),
        runs,
      );
    },
  );

  it(
    'becomes any other in one change, the same as if that had been made from nothing',
    { timeout: 300_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(randomNetwork, randomNetwork, (first, second) =>
          withNetwork(async (network) => {
            await network.declarations.apply(tester, { documents: first });
            const before = await stateOf(network);
            await network.declarations.apply(tester, { documents: second, prune: true, dry_run: true });
            expect(await stateOf(network)).toEqual(before);
            await network.declarations.apply(tester, { documents: second, prune: true });
            expect(await stateOf(network)).toEqual(await made(second));
          }),
        ),
        runs,
      );
    },
  );
});

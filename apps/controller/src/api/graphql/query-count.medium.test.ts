import { graphql } from 'graphql';
import type { KyselyPlugin } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DecisionService } from '../../services/decision-service.ts';
import { at, behindNat, tester, testNetwork, type TestNetwork } from '../../testing/index.ts';
import type { GraphqlContext } from './graphql-services.ts';
import { loadersFor } from './loaders.ts';
import { graphqlSchema } from './schema.ts';

let count = 0;
/** Counts every statement that is built. */
const counter: KyselyPlugin = {
  transformQuery: ({ node }) => {
    count += 1;
    return node;
  },
  transformResult: async ({ result }) => result,
};

let network: TestNetwork;
beforeEach(async () => {
  network = await testNetwork(counter);
});
afterEach(() => network.close());

const addSites = async (from: number, to: number) => {
  for (let index = from; index <= to; index++) {
    const prefixes = [`10.${index}.0.0/24`];
    const endpoints = [
      at('mpls', 'eth0', `192.0.2.${index}`),
      at('lte', 'eth1', `198.51.100.${index}`),
      behindNat('dsl', 'eth2'),
    ];
    await network.sites.create(tester, { name: `site-${index}`, prefixes, endpoints });
    await network.policies.create(tester, { name: `policy ${index}`, priority: index });
    await network.keys.create(tester, { site: `site-${index}` });
  }
};

async function statements(source: string): Promise<number> {
  const decisions = new DecisionService(network.store);
  const services = { ...network, decisions, transportLinks: network.links, enrolmentKeys: network.keys };
  const contextValue = {
    services,
    loaders: loadersFor(network),
    caller: null,
    currentCaller: () => null,
    access: { admit: async () => tester },
    address: null,
  } as unknown as GraphqlContext;
  count = 0;
  const { errors } = await graphql({ schema: graphqlSchema, source, contextValue });
  expect(errors).toBeUndefined();
  return count;
}

it.each([
  'query { policies { id priority name description packets_matched bytes_matched } }',
  'query { sites { id name location endpoints { id address nat_type } config { status } prefixes } }',
  'query { paths { id source_endpoint_id dest_endpoint_id latency bandwidth health_status override { reason } } }',
  'query { paths { id source_endpoint { label site nat_type } dest_endpoint { label address public_address } } }',
  'query { endpoints { id site label nat_type public_address } }',
  'query { enrolmentKeys { id site } edges { id uplinks { device } } decisions { policy paths { path_id } } }',
  'query { events { id site } auditLog { sequence } leftOutPairs { reason } }',
])('asks the database as often for many as for few: %s', async (query) => {
  await addSites(1, 2);
  const few = await statements(query);
  await addSites(3, 8);
  expect(few).toBeGreaterThan(0);
  expect(await statements(query)).toBe(few);
});

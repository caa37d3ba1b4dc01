import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, subscribeTo, TestController, until, type Heard } from '../../testing/index.ts';

/** The operations that users already rely on, to the letter. */
const blocks = {
  policies: 'query { policies { id priority name description packets_matched bytes_matched } }',
  sites: 'query { sites { id name location endpoints { id address } } }',
  paths: 'query { paths { id source_endpoint_id dest_endpoint_id latency bandwidth health_status } }',
  deleteSite: 'mutation { deleteSite(site_id: "UUID") { success message } }',
  deleteSiteByVariable: 'mutation deleteSite($site_id: ID!) { deleteSite(site_id: $site_id) { success message } }',
  clearCache: 'mutation { clearCache { success message cleared_entries } }',
  createPolicy: `mutation { createPolicy(input: { priority: 100, name: "High Priority Traffic",
  description: "Route time-sensitive traffic", match_conditions: {…}, action: {…} }) { id priority } }`,
  events: 'subscription { events { timestamp event_type severity message metadata } }',
} as const;

const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as string;
const wholeNumber = expect.stringMatching(/^\d+$/) as string;

let controller: TestController;
const opened: Heard[] = [];

beforeAll(async () => {
  controller = await TestController.start();
  for (const [name, address] of [
    ['hq', '192.0.2.1'],
    ['branch', '192.0.2.2'],
  ]) {
    const endpoints = [{ label: 'mpls', device: 'eth0', address, up_bps: 5_000_000_000, down_bps: 5_000_000_000 }];
    await controller.ask('POST', 'sites', { name, location: 'Vienna', endpoints });
  }
});
afterAll(async () => {
  for (const { client } of opened) await client.dispose();
  await controller.stop();
});

describe.each(['/graphql', '/api/v2/graphql'])('at %s, as written in the contract', (path) => {
  const run = async (query: string, variables = {}) => {
    const { data, errors } = await askGraphql(controller, query, variables, { path });
    expect(errors).toBeUndefined();
    return data!;
  };
  const newSite = async (): Promise<string> =>
    (await controller.ask<{ id: string }>('POST', 'sites', { name: `brief ${Math.random()}` })).body.id;

  it('policies', async () => {
    const [first] = (await run(blocks.policies))['policies'] as Record<string, unknown>[];
    expect(first).toEqual({
      id: wholeNumber,
      priority: 0,
      name: 'default',
      description: 'All traffic that no other policy matches',
      packets_matched: 0,
      bytes_matched: 0,
    });
  });

  it('sites', async () => {
    expect((await run(blocks.sites))['sites']).toContainEqual({
      id: uuid,
      name: 'hq',
      location: 'Vienna',
      endpoints: [{ id: uuid, address: '192.0.2.1' }],
    });
  });

  it('paths', async () => {
    expect((await run(blocks.paths))['paths']).toContainEqual({
      id: uuid,
      source_endpoint_id: uuid,
      dest_endpoint_id: uuid,
      latency: null,
      bandwidth: 5_000_000_000,
      health_status: 'unknown',
    });
  });

  it('deleteSite, with the id in its place or as a variable', async () => {
    const outcome = { success: true, message: expect.stringContaining('was deleted') as string };
    const written = blocks.deleteSite.replace('UUID', await newSite());
    expect(await run(written)).toEqual({ deleteSite: outcome });
    expect(await run(blocks.deleteSiteByVariable, { site_id: await newSite() })).toEqual({ deleteSite: outcome });
  });

  it('clearCache', async () => {
    expect(await run(blocks.clearCache)).toEqual({
      clearCache: {
        success: true,
        message: expect.any(String) as string,
        cleared_entries: expect.any(Number) as number,
      },
    });
  });

  it('createPolicy, with structured conditions', async () => {
    const written = blocks.createPolicy
      .replace(
        'match_conditions: {…}',
        'match_conditions: { protocol: "udp", destination_ports: [{ from: 1, to: 2 }] }',
      )
      .replace('action: {…}', 'action: { type: "steer", sla: { max_delay_ms: 150 } }');
    const { createPolicy } = (await run(written)) as { createPolicy: { id: string; priority: number } };
    expect(createPolicy).toEqual({ id: wholeNumber, priority: 100 });
    await controller.ask('DELETE', `policies/${createPolicy.id}?purge=true`);
  });

  it('events', async () => {
    const heard = subscribeTo(controller, blocks.events, { path });
    opened.push(heard);
    await until('an event is heard', async () => {
      await controller.ask('PATCH', 'sites/hq', { location: `room ${Math.random()}` });
      await controller.ask('PATCH', 'sites/hq', { location: 'Vienna' });
      return heard.data.length > 0;
    });
    expect(heard.data[0]).toEqual({
      events: {
        timestamp: expect.any(Number) as number,
        event_type: 'object_updated',
        severity: 'info',
        message: 'Site hq was changed',
        metadata: { object: 'site', id: uuid },
      },
    });
  });
});

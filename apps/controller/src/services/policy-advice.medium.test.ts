import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, testNetwork, refusalOf, tester, type TestNetwork } from '../testing/test-network.ts';
import type { FlowQuestion } from './flow-explanation.ts';

let network: TestNetwork;
const web = { protocol: 'tcp' as const, destination_ports: [{ from: 443, to: 443 }] };

beforeEach(async () => {
  network = await testNetwork();
  await network.sites.create(tester, {
    name: 'hq',
    prefixes: ['10.0.0.0/24'],
    endpoints: [at('mpls', 'eth0', '192.0.2.1')],
  });
  await network.sites.create(tester, {
    name: 'branch',
    prefixes: ['10.1.0.0/24'],
    time_zone: 'Europe/Vienna',
    endpoints: [at('mpls', 'eth0', '192.0.2.2'), at('lte', 'wwan0', '192.0.2.3')],
  });
});
afterEach(() => network.close());

const create = async (name: string, priority: number, more: object = {}): Promise<number> =>
  (await network.policies.create(tester, { name, priority, ...more })).id;
const named = async (): Promise<string[]> =>
  (await network.policies.list()).map(({ name, priority }) => `${priority} ${name}`);

describe('advice', () => {
  it('is given on what was written, and on what that takes from others', async () => {
    const late = await create('late', 10, { match_conditions: web });
    expect(await network.policyAdvice.about(late)).toEqual([]);
    const all = await create('all of tcp', 20, { match_conditions: { protocol: 'tcp' }, action: { type: 'drop' } });
    const told = { kind: 'shadowed', policy: 'late', others: [{ id: all, name: 'all of tcp' }] };
    expect(await network.policyAdvice.about(all)).toMatchObject([told]);
    expect(await network.policyAdvice.list()).toMatchObject([told]);
    await network.policies.update(tester, all, { enabled: false });
    expect(await network.policyAdvice.list()).toEqual([]);
  });

  it('comes with the answer to an application, and to one that is only tried', async () => {
    const apiVersion = 'patronus/v1';
    const spec = { priority: 5, match_conditions: { source_site_tags: ['nowhere'] } };
    const documents = [{ apiVersion, kind: 'Policy', metadata: { name: 'lost' }, spec }];
    for (const dry_run of [true, false]) {
      const { warnings } = await network.declarations.apply(tester, { documents, dry_run });
      expect(warnings).toMatchObject([{ kind: 'unreachable', policy: 'lost' }]);
    }
  });
});

describe('the explanation of a flow', () => {
  const ask = (question: Partial<FlowQuestion>) =>
    network.flowExplanations.explain({
      source: '10.1.0.10',
      destination: '10.0.0.10',
      protocol: 'tcp',
      destination_port: 443,
      ...question,
    });

  it('names the policy, the paths, and why not the others', async () => {
    await create('night', 30, { match_conditions: { schedule: [{ from: '22:00', to: '06:00' }] } });
    await create('web', 20, { match_conditions: web, action: { type: 'steer', never: ['lte'] } });
    const told = await ask({ at: Date.parse('2026-11-20T12:00:00Z') });
    expect(told).toMatchObject({ scope: 'between_sites', outcome: 'steer', policy: 'web', sourceSite: 'branch' });
    expect(told.policies.map(({ policy, matched, reason }) => [policy, matched, reason])).toEqual([
      ['night', false, 'it is not its time (Europe/Vienna)'],
      ['web', true, 'it is the first that matches'],
      ['default', true, '"web" is looked at first'],
    ]);
    expect(told.paths.map(({ sourceLabel, reason }) => [sourceLabel, reason])).toEqual([
      ['mpls', 'nothing is known of it yet'],
      ['lte', 'the policy never uses lte'],
    ]);
    expect(await ask({ at: Date.parse('2026-11-20T21:30:00Z') })).toMatchObject({ policy: 'night' });
    expect(await ask({ source: 'branch', destination: 'HQ' })).toMatchObject({ source: '10.1.0.1', destSite: 'hq' });
  });

  it('says where policies have no say, and what is no flow', async () => {
    expect(await ask({ destination: '10.1.0.11' })).toMatchObject({ scope: 'within_site', outcome: 'untouched' });
    expect(await ask({ destination: '203.0.113.1' })).toMatchObject({ scope: 'internet', outcome: 'untouched' });
    await create('web', 20, { match_conditions: web, action: { type: 'breakout', breakout: { labels: ['lte'] } } });
    expect(await ask({ destination: '203.0.113.1' })).toMatchObject({ outcome: 'breakout', policy: 'web' });
    expect(await ask({})).toMatchObject({ outcome: 'steer', policy: 'default' });
    expect(await refusalOf(ask({ source: 'mars', destination: '2001:db8::1' }))).toEqual([
      'source: "mars" is not an IP address; write it like 192.0.2.1 or 2001:db8::1',
    ]);
  });
});

describe('an order of policies', () => {
  it('is put in force at once, and asks for all of them and for versions that were seen', async () => {
    const [a, b, c] = [await create('a', 30), await create('b', 20), await create('c', 20)];
    await network.policies.reorder(tester, { order: [{ id: c, version: 1 }, { id: a }, { id: b }] });
    expect(await named()).toEqual(['30 c', '21 a', '20 b', '0 default']);
    await expect(
      network.policies.reorder(tester, { order: [{ id: a }, { id: b }, { id: c, version: 1 }] }),
    ).rejects.toThrow('was changed meanwhile');
    expect(await refusalOf(network.policies.reorder(tester, { order: [{ id: a }, { id: a }, { id: 99 }] }))).toEqual([
      `order[1].id: ${a} stands twice`,
      'order[2].id: 99 is no policy that can be moved',
      `order: leaves out "c" (${c}), "b" (${b})`,
    ]);
  });
});

describe('a preview', () => {
  it('tells what would change, where, and what there would be to say; and nothing does', async () => {
    const [a, b] = [await create('a', 30, { match_conditions: { source_sites: ['hq'] } }), await create('b', 20)];
    const before = await network.policies.list();
    const told = await network.policyPreviews.preview(tester, {
      create: [
        { name: 'new', priority: 1, match_conditions: { source_sites: ['branch'], destination_sites: ['branch'] } },
      ],
      update: [{ id: a, input: { action: { type: 'drop' } } }],
      delete: [b],
    });
    expect(told.policies.map(({ policy, change }) => [policy, change])).toEqual([
      ['a', 'changed'],
      ['new', 'added'],
      ['b', 'removed'],
    ]);
    expect(told.sites).toMatchObject([
      { site: 'branch', policies: ['a', 'new', 'b'] },
      { site: 'hq', policies: ['a', 'b'] },
    ]);
    const moved = await network.policyPreviews.preview(tester, { order: [{ id: b }, { id: a }] });
    expect(moved.policies.map(({ policy, change }) => [policy, change])).toEqual([
      ['b', 'moved'],
      ['a', 'moved'],
    ]);
    expect(moved.warnings).toMatchObject([{ kind: 'shadowed', policy: 'a' }]);
    expect(await network.policies.list()).toEqual(before);
    const wrong = network.policyPreviews.preview(tester, { create: [{ name: 'x', priority: 0 }] });
    expect(await refusalOf(wrong)).toEqual(['priority: 0 is out of range']);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { maxSlots } from '@patronus/core';
import { at, behindNat, refusalOf, tester, testNetwork, type TestNetwork } from '../testing/index.ts';
import { sql } from 'kysely';
import { endpointRepository } from '../repositories/index.ts';
import { PolicyService } from './policy-service.ts';
import { TrafficService } from './traffic-service.ts';

let network: TestNetwork;
beforeEach(async () => {
  network = await testNetwork();
});
afterEach(() => network.close());

const hq = () =>
  network.sites.create(tester, {
    name: 'hq',
    prefixes: ['10.1.0.0/24'],
    endpoints: [at('mpls', 'eth0', '192.0.2.1'), at('broadband', 'eth1', '198.51.100.1')],
  });
const branch = () =>
  network.sites.create(tester, {
    name: 'branch',
    prefixes: ['10.2.0.0/24'],
    endpoints: [at('mpls', 'eth0', '192.0.2.2'), behindNat('lte', 'wwan0')],
  });
const pathNames = async () =>
  (await network.paths.list()).map(
    (path) => `${path.sourceSite}/${path.sourceLabel} ${path.destSite}/${path.destLabel}`,
  );

describe('a site', () => {
  it('is made with prefixes and endpoints at once, or not at all', async () => {
    const problems = await refusalOf(
      network.sites.create(tester, {
        name: 'hq',
        prefixes: ['10.1.0.1/24', '10.1.0.0/24', '10.1.0.0/24', '10.1.0.0/25', '127.0.0.0/8', '100.64.3.0/24'],
        endpoints: [at('mpls', 'eth0', '192.0.2.1'), at('Upper', 'eth0', 'here'), behindNat('lte', 'pt0-1')],
      }),
    );
    expect(problems).toEqual([
      'prefixes[0]: "10.1.0.1/24" has host bits set; did you mean 10.1.0.0/24?',
      'prefixes[2]: 10.1.0.0/24 stands twice',
      'prefixes[4]: 127.0.0.0/8 lies in 127.0.0.0/8, where no LAN can be',
      'prefixes[5]: 100.64.3.0/24 lies in 100.64.0.0/10, which tunnels use',
      'prefixes[3]: 10.1.0.0/25 overlaps 10.1.0.0/24 of this same site',
      'endpoints[1].label: "Upper" is not a label',
      expect.stringMatching(/^endpoints\[1\]\.address: "here" is not an IP address/),
      'endpoints[1].device: eth0 is already the endpoint "mpls" of site "hq"',
      'endpoints[2].device: "pt0-1" is the name of a tunnel',
    ]);
    expect(await network.sites.list()).toEqual([]);
    expect(await network.endpoints.list()).toEqual([]);
  });

  it('does not take a prefix that overlaps one of another site, and names that site', async () => {
    await hq();
    const made = network.sites.create(tester, { name: 'other', prefixes: ['10.0.0.0/8'] });
    expect(await refusalOf(made)).toEqual(['prefixes[0]: 10.0.0.0/8 overlaps 10.1.0.0/24 of site "hq"']);
    const other = await branch();
    expect(await refusalOf(network.sites.update(tester, other.id, { prefixes: ['10.1.0.128/25'] }))).toHaveLength(1);
    expect((await network.sites.get('branch')).prefixes).toEqual(['10.2.0.0/24']);
  });

  it('does not take a name that another has, whatever its case', async () => {
    await hq();
    expect(await refusalOf(network.sites.create(tester, { name: 'HQ' }))).toEqual([
      'name: there is a site "hq" already',
    ]);
  });

  it('is found by id and by name', async () => {
    const { id } = await hq();
    expect((await network.sites.get('HQ')).id).toBe(id);
    expect((await network.sites.get(id)).name).toBe('hq');
    await expect(network.sites.get('nowhere')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('goes with all that is its own, and leaves its peers without paths to it', async () => {
    const { id } = await hq();
    await branch();
    await network.siteDeletion.delete(tester, 'hq');
    expect(await network.paths.list()).toEqual([]);
    expect((await network.endpoints.list()).map(({ site }) => site)).toEqual(['branch', 'branch']);
    expect(await endpointRepository.list(network.store.db, id)).toEqual([]);
  });

  it('stays while a policy names it', async () => {
    await hq();
    await network.policies.create(tester, {
      name: 'voice',
      priority: 9,
      match_conditions: { any_of: [{ source_sites: ['hq'] }] },
    });
    await expect(network.siteDeletion.delete(tester, 'hq')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('"voice"') as unknown,
    });
  });
});

describe('an endpoint', () => {
  it('cannot be in two sites, unless both are behind NAT', async () => {
    await hq();
    await branch();
    expect(await refusalOf(network.endpoints.create(tester, 'branch', at('b', 'eth5', '192.0.2.1')))).toEqual([
      'address: 192.0.2.1 is already the endpoint "mpls" of site "hq"',
    ]);
    const shared = { ...behindNat('b', 'eth5'), address: '203.0.113.9' };
    await network.endpoints.create(tester, 'hq', shared);
    await network.endpoints.create(tester, 'branch', shared);
  });

  it('does not share its ports with another of its site', async () => {
    await hq();
    const clash = network.endpoints.create(tester, 'hq', { ...at('x', 'eth2', '192.0.2.50'), port: 51_820 - 16 });
    expect((await refusalOf(clash))[0]).toMatch(/^port: its ports 51836–51851 meet 51836–51851 of "broadband"/);
  });

  it('of a site that is not there is refused at the field', async () => {
    expect(await refusalOf(network.endpoints.create(tester, 'nowhere', at('a', 'eth0', '192.0.2.9')))).toEqual([
      'site: there is no site "nowhere"',
    ]);
  });

  it('keeps its slot and its paths their ids when others come and go', async () => {
    const site = await hq();
    await branch();
    const before = await network.paths.list({ sourceSite: 'branch', label: 'broadband' });
    const [mpls, broadband] = (await network.endpoints.list({ site: 'hq' })).map(({ slot, id }) => ({ slot, id }));
    await network.endpointDeletion.delete(tester, mpls!.id);
    const added = await network.endpoints.create(tester, site.id, at('lte', 'wwan0', '192.0.2.77'));
    expect([broadband!.slot, added.slot]).toEqual([1, 2]);
    expect(await network.paths.list({ sourceSite: 'branch', label: 'broadband' })).toEqual(before);
  });
});

describe('numbers', () => {
  it('are not given again while there are others, and then the one longest free first', async () => {
    await network.sites.create(tester, { name: 'hq' });
    const add = (index: number) =>
      network.endpoints.create(tester, 'hq', at(`l${index}`, `eth${index}`, `192.0.2.${index}`));
    const made = [];
    for (let index = 0; index < maxSlots - 1; index++) made.push(await add(index));
    for (const index of [4, 2]) {
      network.clock.ms += 1_000;
      await network.endpointDeletion.delete(tester, made[index]!.id);
    }
    const slots = [];
    for (const index of [20, 21, 22]) slots.push((await add(index)).slot);
    expect(slots).toEqual([15, 4, 2]);
    await expect(add(23)).rejects.toMatchObject({ code: 'exhausted' });
    expect(await network.endpoints.list()).toHaveLength(maxSlots);
  });

  it('of a deleted site and policy go to no other', async () => {
    await hq();
    await network.siteDeletion.delete(tester, 'hq');
    await branch();
    await network.documents.start();
    const one = await network.policies.create(tester, { name: 'one', priority: 1 });
    await network.policyDeletion.delete(tester, one.id);
    const two = await network.policies.create(tester, { name: 'two', priority: 1 });
    expect([one.class, two.class]).toEqual([2, 3]);
    expect(two.id).not.toBe(one.id);
  });
});

describe('paths', () => {
  it('are all directed pairs that transport links and NAT allow, and why others are not', async () => {
    await hq();
    await branch();
    await network.endpoints.create(tester, 'hq', behindNat('lte', 'wwan0'));
    await network.links.set(tester, [
      { a: 'mpls', b: 'mpls' },
      { a: 'lte', b: 'broadband' },
      { a: 'broadband', b: 'lte' },
      { a: 'lte', b: 'lte' },
    ]);
    expect((await pathNames()).toSorted()).toEqual([
      'branch/lte hq/broadband',
      'branch/mpls hq/mpls',
      'hq/broadband branch/lte',
      'hq/mpls branch/mpls',
    ]);
    expect(await network.links.get()).toHaveLength(3);
    const leftOut = (await network.links.listLeftOut()).map(
      ({ sourceLabel, destLabel, reason }) => `${sourceLabel} ${destLabel}: ${reason}`,
    );
    expect(leftOut).toContain('lte lte: both ends are behind NAT, so neither can call the other');
    await network.links.set(tester, null);
    expect(await pathNames()).toHaveLength(2 * 5);
  });

  it('are as wide as the narrower end', async () => {
    await network.sites.create(tester, {
      name: 'a',
      endpoints: [{ ...at('x', 'eth0', '192.0.2.1'), up_bps: 5e6, down_bps: 20e6 }],
    });
    await network.sites.create(tester, {
      name: 'b',
      endpoints: [{ ...at('x', 'eth0', '192.0.2.2'), up_bps: 9e6, down_bps: 8e6 }],
    });
    const widths = async () => (await network.paths.list()).map((path) => [path.sourceSite, path.bandwidth]);
    expect(await widths()).toEqual([
      ['a', 5e6],
      ['b', 9e6],
    ]);
    const [endpoint] = await network.endpoints.list({ site: 'b' });
    await network.endpoints.update(tester, endpoint!.id, { up_bps: 30e6 });
    expect(await widths()).toEqual([
      ['a', 5e6],
      ['b', 20e6],
    ]);
  });
});

describe('a policy', () => {
  it('reads back as it was written, with site ids for names', async () => {
    const site = await hq();
    const match_conditions = {
      source_sites: ['hq'],
      any_of: [{ protocol: 'udp' as const, destination_ports: [{ from: 16_384, to: 32_767 }] }, { dscp: [46] }],
    };
    const action = { type: 'steer' as const, sla: { max_delay_ms: 150 }, prefer: ['mpls'], weights: [] };
    const made = await network.policies.create(tester, { name: 'voice', priority: 100, match_conditions, action });
    expect(await network.policies.get(made.id)).toMatchObject({
      matchConditions: {
        sourceSites: [site.id],
        anyOf: [{ protocol: 'udp', destinationPorts: [{ from: 16_384, to: 32_767 }] }, { dscp: [46] }],
      },
      action: { type: 'steer', sla: { maxDelayMs: 150 }, prefer: ['mpls'] },
    });
  });

  it('keeps the place of a site on a map, with both coordinates or none', async () => {
    await network.sites.create(tester, { name: 'linz', latitude: 48.3, longitude: 14.29 });
    expect(await network.sites.get('linz')).toMatchObject({ latitude: 48.3, longitude: 14.29 });
    await expect(network.sites.update(tester, 'linz', { latitude: null })).rejects.toMatchObject({
      problems: [{ field: 'latitude', problem: 'is missing beside the other coordinate' }],
    });
    await network.sites.update(tester, 'linz', { latitude: null, longitude: null });
    expect(await network.sites.get('linz')).toMatchObject({ latitude: null, longitude: null });
  });

  it('breaks out by labels that there are, with one fallback site for all that do', async () => {
    const { id } = await hq();
    const breakout = (fallback_site: string) => ({
      type: 'breakout' as const,
      breakout: { labels: ['mpls'], fallback_site },
    });
    const made = await network.policies.create(tester, { name: 'web', priority: 9, action: breakout('HQ') });
    expect(made.action.breakout).toEqual({ labels: ['mpls'], fallbackSite: id });
    await network.sites.create(tester, { name: 'other' });
    const second = { name: 'mail', priority: 8, action: breakout('other') };
    expect(await refusalOf(network.policies.create(tester, second))).toEqual([
      'action.breakout.fallback_site: policy "web" falls back to another site',
    ]);
    const unknown = { name: 'x', priority: 1, action: { type: 'breakout' as const, breakout: { labels: ['dsl'] } } };
    expect(await refusalOf(network.policies.create(tester, unknown))).toEqual([
      'action.breakout.labels[0]: no endpoint has the label "dsl"',
    ]);
    await expect(network.siteDeletion.delete(tester, 'hq', {})).rejects.toThrow('"web"');
  });

  it('names tags and host sets, times and what is left out, and the host set stays while it does', async () => {
    await network.sites.create(tester, { name: 'graz', tags: ['Retail', 'eu', 'retail'], time_zone: 'Europe/Vienna' });
    expect(await network.sites.get('graz')).toMatchObject({ tags: ['eu', 'retail'], timeZone: 'Europe/Vienna' });
    const printers = await network.hostSets.create(tester, { name: 'printers', members: ['10.7.0.9', '10.8.0.0/16'] });
    expect(printers.members).toEqual(['10.7.0.9/32', '10.8.0.0/16']);
    const schedule = [{ days: ['mon' as const], from: '08:00', to: '18:00' }];
    const match_conditions = {
      source_site_tags: ['RETAIL'],
      destination_host_sets: ['Printers'],
      schedule,
      not: { source_sites: ['graz'], protocol: 'icmp' as const },
    };
    const { id } = await network.policies.create(tester, { name: 'print', priority: 10, match_conditions });
    const graz = await network.sites.get('graz');
    expect((await network.policies.get(id)).matchConditions).toEqual({
      sourceSiteTags: ['retail'],
      destinationHostSets: [printers.id],
      schedule,
      not: { sourceSites: [graz.id], protocol: 'icmp' },
    });
    await expect(network.hostSets.delete(tester, 'printers')).rejects.toThrow('is named by "print"');
    await network.policyDeletion.delete(tester, id, {});
    await network.hostSets.delete(tester, 'printers');
    await expect(network.policyDeletion.restore(tester, id)).rejects.toThrow('a host set that it names was deleted');
    const wrong = {
      name: 'x',
      priority: 1,
      match_conditions: { source_host_sets: ['printers'], source_site_tags: ['a b'] },
    };
    expect(await refusalOf(network.policies.create(tester, wrong))).toEqual([
      'match_conditions.source_site_tags[0]: "a b" is not a tag',
      'match_conditions.source_host_sets[0]: there is no host set "printers"',
    ]);
  });

  it('is refused when it names what does not exist or contradicts itself, all at once', async () => {
    await hq();
    const made = network.policies.create(tester, {
      name: 'default',
      priority: 0,
      match_conditions: {
        destination_sites: ['mars'],
        source_prefixes: ['10.0.0.1/8'],
        source_ports: [{ from: 9, to: 1 }],
      },
      action: { type: 'steer', prefer: ['satellite'] },
    });
    expect((await refusalOf(made)).map((told) => told.slice(0, told.indexOf(':')))).toEqual([
      'name',
      'priority',
      'match_conditions.destination_sites[0]',
      'match_conditions.source_prefixes[0]',
      'match_conditions.source_ports[0]',
      'match_conditions.protocol',
      'action.prefer[0]',
    ]);
  });

  it('of last resort always exists, matches everything, and only its action may change', async () => {
    const [fallback] = await network.policies.list();
    await expect(network.policyDeletion.delete(tester, fallback!.id)).rejects.toMatchObject({ code: 'conflict' });
    const change = { priority: 5, enabled: false, match_conditions: { dscp: [46] } };
    expect(await refusalOf(network.policies.update(tester, fallback!.id, change))).toHaveLength(3);
    const changed = await network.policies.update(tester, fallback!.id, { action: { type: 'drop' } });
    expect(changed).toMatchObject({ class: 1, priority: 0, matchConditions: {}, action: { type: 'drop' } });
    await network.policies.ensureDefault();
    expect(await network.policies.list()).toHaveLength(1);
  });

  it('comes in order of priority, then of age, the default one last', async () => {
    for (const [name, priority] of [
      ['a', 10],
      ['b', 30],
      ['c', 10],
    ] as const) {
      await network.policies.create(tester, { name, priority });
    }
    expect((await network.policies.list()).map(({ name }) => name)).toEqual(['b', 'a', 'c', 'default']);
  });

  it('counts beyond what a JavaScript number holds exactly', async () => {
    const before = { packets_matched: 2n ** 53n, bytes_matched: 2n ** 61n };
    const set = sql`packets_matched = ${before.packets_matched}, bytes_matched = ${before.bytes_matched}`;
    await sql`UPDATE sdwan_policies SET ${set} WHERE policy_id = 1`.execute(network.store.db);
    await network.traffic.load();
    await network.store.change(async (change) => {
      const counter = { policyId: 1, epoch: 'a', packets: 1, bytes: 1 };
      const batch = { from: 0, to: 1, paths: [], policies: [counter], decisions: [], events: [] };
      await network.traffic.count(change, { edge_id: 'edge', site_id: 'site' }, batch);
    });
    const counted = { packetsMatched: 2n ** 53n + 1n, bytesMatched: 2n ** 61n + 1n };
    expect(await network.policies.get(1)).toMatchObject(counted);
    await network.traffic.flush();
    const again = new TrafficService(network.store);
    await again.load();
    expect(await new PolicyService(network.store, again).get(1)).toMatchObject(counted);
  });
});

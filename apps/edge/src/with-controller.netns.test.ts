import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupNextHop, tunnelNextHop } from '@patronus/core';
import { DocumentStore, statePaths } from './state/index.ts';
import { ControllerProgram, createSites, EdgeNetwork, eventually, siteNames } from './testing/index.ts';

interface Listing<T> {
  readonly items: readonly T[];
}
interface SiteAnswer {
  readonly name: string;
  readonly status: string;
  readonly config: { readonly status: string; readonly reason: string | null };
}
interface PathAnswer {
  readonly source_endpoint_id: string;
  readonly id: string;
  readonly source_site: string;
  readonly source_label: string;
  readonly dest_label: string;
  readonly latency: number | null;
  readonly health_status: string;
}
interface EventAnswer {
  readonly timestamp: number;
  readonly event_type: string;
  readonly message: string;
  readonly site: string | null;
}
interface CheckAnswer {
  readonly health_status: string;
  readonly answered: number;
  readonly rtt_median: number | null;
}
interface DecisionAnswer {
  readonly policy: string;
  readonly paths: readonly { readonly path_id: string }[];
}
interface DrainAnswer {
  readonly paths: readonly PathAnswer[];
  readonly moves: readonly { readonly policy: string }[];
}
interface PolicyAnswer {
  readonly name: string;
  readonly class: number;
  readonly is_default: boolean;
  readonly packets_matched: number;
}

const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)('two edges and the controller (skipped without root)', () => {
  let network: EdgeNetwork;
  let controller: ControllerProgram;

  const paths = async (): Promise<readonly PathAnswer[]> => (await controller.get<Listing<PathAnswer>>('/paths')).items;
  const allUp = (seen: readonly PathAnswer[]): boolean =>
    seen.length === 4 && seen.every((path) => path.health_status === 'up');
  const events = async (): Promise<readonly EventAnswer[]> =>
    (await controller.get<Listing<EventAnswer>>('/events?limit=200')).items;
  const pingAcross = (): Promise<string> =>
    network.edges[0].runOnHost('ping', '-n', '-i', '0.05', '-W', '2', '-c', '10', '10.1.0.2');
  /** From hq to branch over mpls. */
  const mplsPath = async (): Promise<PathAnswer> =>
    (await paths()).find((path) => path.source_site === 'hq' && path.source_label === 'mpls')!;
  /** The next hops that carry calls from hq to branch, as the kernel has them. */
  const voiceHops = async (): Promise<readonly number[]> => {
    const { items } = await controller.get<Listing<PolicyAnswer>>('/policies');
    const document = await new DocumentStore(statePaths(network.edges[0].stateDir).documents).peek();
    const branch = document!.remoteSites.find(({ name }) => name === 'branch')!;
    const group = groupNextHop(items.find(({ name }) => name === 'voice')!.class, branch.index);
    const shown = await network.edges[0].run('ip', '-j', 'nexthop', 'show', 'id', String(group));
    const [object] = JSON.parse(shown) as { group: { id: number }[] }[];
    return object!.group.map(({ id }) => id);
  };
  const voiceGoesOver = (slot: number): Promise<readonly number[]> =>
    eventually(voiceHops, (hops) => hops.length === 1 && hops[0] === tunnelNextHop(slot, slot));
  /** Some seconds of a call: 50 packets a second, marked EF. */
  const call = (): Promise<string> =>
    network.edges[0].runOnHost('ping', '-n', '-i', '0.02', '-Q', '184', '-W', '2', '-c', '250', '10.1.0.2');
  const keys: string[] = [];
  const newKey = async (site: string): Promise<string> =>
    (await controller.send<{ key: string }>('POST', '/enrolment-keys', { site })).key;

  beforeAll(async () => {
    network = await EdgeNetwork.create();
    controller = new ControllerProgram(network.directory);
    await controller.start();
    await createSites(controller);
  });
  afterAll(async () => {
    await network?.remove();
    await controller?.kill();
  });

  it('join with ordinary keys, and every path of both directions is up and measured', async () => {
    for (const [index, edge] of network.edges.entries()) {
      keys.push(await newKey(siteNames[index]!));
      await edge.join(network.controllerUrl, keys[index]!);
      await edge.start();
    }
    const seen = await eventually(paths, allUp);
    expect(seen.every((path) => path.source_label === path.dest_label && path.latency! < 20)).toBe(true);
    expect(await pingAcross()).toContain(' 0% packet loss');
    const { items } = await controller.get<Listing<SiteAnswer>>('/sites');
    expect(items.map(({ name, status, config }) => [name, status, config.status])).toEqual(
      expect.arrayContaining([
        ['branch', 'online', 'applied'],
        ['hq', 'online', 'applied'],
      ]),
    );
  });

  it('count what each policy carries', async () => {
    await pingAcross();
    await eventually(
      () => controller.get<Listing<PolicyAnswer>>('/policies'),
      ({ items }) => items.some((policy) => policy.is_default && policy.packets_matched > 0),
    );
  });

  it('are joined by no other with a wrong key, a used one, or one for a site that has its edge', async () => {
    const [edge] = network.edges;
    const attempt = (key: string): Promise<void> =>
      edge.join(network.controllerUrl, key, join(network.directory, 'intruder'));
    await expect(attempt('pt1.nonsense')).rejects.toThrow('malformed');
    await expect(attempt(keys[0]!)).rejects.toThrow('the controller refused this edge');
    await expect(attempt(await newKey('hq'))).rejects.toThrow('the controller refused this edge');
    const unknown = keys[0]!.replace(/[^.]+$/, 'a-secret-that-nobody-made');
    await expect(attempt(unknown)).rejects.toThrow('the controller refused this edge');
    const foreign = keys[0]!.replace(/\.[0-9a-f]{64}\./, `.${'0'.repeat(64)}.`);
    await expect(attempt(foreign)).rejects.toThrow('nothing was sent');
    expect((await edge.status()).controller).toMatchObject({ state: 'online' });
  });

  it('apply a change of intent within a second or so', async () => {
    const before = (await network.edges[0].status()).document!.version;
    const start = performance.now();
    await controller.send('POST', '/policies', {
      name: 'voice',
      priority: 200,
      match_conditions: { dscp: [46] },
      action: { type: 'steer', prefer: ['mpls'] },
    });
    await eventually(
      () => network.edges[0].status(),
      ({ document }) => document!.version !== before && document!.confirmed,
      10_000,
    );
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('check a path by probes of this moment when somebody asks', async () => {
    const { id } = await mplsPath();
    const check = await controller.send<CheckAnswer>('POST', `/paths/${id}/check`);
    expect(check).toMatchObject({ health_status: 'up', answered: 5 });
    expect(check.rtt_median).toBeGreaterThan(0);
  });

  it('take traffic off an uplink that is drained and bring it back after, and lose nothing either way', async () => {
    const { id, source_endpoint_id: endpoint } = await mplsPath();
    await eventually(paths, allUp);
    await voiceGoesOver(0);
    await eventually(
      () => controller.get<Listing<DecisionAnswer>>('/decisions'),
      ({ items }) => items.some((each) => each.policy === 'voice' && each.paths.some((path) => path.path_id === id)),
    );
    const leaving = call();
    const drain = await controller.send<DrainAnswer>('POST', `/endpoints/${endpoint}/drain`, {
      reason: 'line is rebuilt',
    });
    expect(drain.paths.map((path) => path.source_site).toSorted()).toEqual(['branch', 'hq']);
    expect(drain.moves.map(({ policy }) => policy)).toContain('voice');
    await voiceGoesOver(1);
    expect(await leaving).toContain(' 0% packet loss');
    await eventually(events, (seen) =>
      seen.some(
        ({ event_type: type, message }) => type === 'failover' && message.includes('by local: line is rebuilt'),
      ),
    );
    const returning = call();
    await controller.send('DELETE', `/endpoints/${endpoint}/drain`);
    await voiceGoesOver(0);
    expect(await returning).toContain(' 0% packet loss');
    await eventually(events, (seen) =>
      seen.some(({ event_type: type, message }) => type === 'failback' && message.includes('voice to branch moved')),
    );
  });

  it('work on while the controller is dead, an edge restarted meanwhile too, and tell it all afterwards', async () => {
    const { id } = await mplsPath();
    await controller.send('POST', `/paths/${id}/failover`, { reason: 'line is rebuilt' });
    await voiceGoesOver(1);
    await eventually(
      () => network.edges[0].status(),
      ({ document }) => document!.confirmed,
    );
    await controller.kill();
    const killedAt = Date.now();
    await network.edges[0].kill();
    await network.edges[0].start();
    await eventually(
      () => network.edges[0].status(),
      ({ paths: own }) => own.length === 2 && own.every((path) => path.health === 'up'),
    );
    expect(await pingAcross()).toContain(' 0% packet loss');
    const { decisions } = await network.edges[0].status();
    const voice = decisions.find(({ policy }) => policy === 'voice');
    expect(voice?.paths.map(({ label }) => label)).toEqual(['broadband']);
    await network.blackout(0, 1, true);
    await eventually(
      () => network.edges[0].status(),
      ({ paths: own }) => own.some((path) => path.health === 'down'),
    );
    await network.blackout(0, 1, false);
    const backAt = Date.now();
    await controller.start();
    await eventually(events, (seen) => {
      const meanwhile = seen.filter(({ timestamp }) => timestamp > killedAt && timestamp < backAt);
      return ['edge_started', 'path_down'].every((type) => meanwhile.some((event) => event.event_type === type));
    });
    await eventually(paths, allUp);
  });

  it('lose the tunnels to a site that is deleted, and have them back with its traffic when it is restored', async () => {
    /** In the kernel, whichever class they are of. */
    const routes = async (): Promise<number> =>
      (await network.edges[0].run('ip', 'route', 'show', 'table', 'all', 'root', '10.1.0.0/24'))
        .trim()
        .split('\n')
        .filter(Boolean).length;
    const before = await routes();
    expect(before).toBeGreaterThan(0);
    await controller.send('DELETE', '/sites/branch');
    await eventually(routes, (left) => left === 0);
    await expect(pingAcross()).rejects.toMatchObject({ code: 'command_failed' });
    expect(await paths()).toEqual([]);
    await controller.send('POST', '/sites/branch/restore');
    await eventually(routes, (back) => back === before);
    await eventually(paths, allUp);
    expect(await pingAcross()).toContain(' 0% packet loss');
  });
});

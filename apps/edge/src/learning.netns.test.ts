import type { ChildProcess } from 'node:child_process';
import { chromiumDatagrams } from '@patronus/applications/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ControllerProgram, EdgeNetwork, eventually, joinEdges, nameHosts, siteNames } from './testing/index.ts';

interface PolicyView {
  readonly id: number;
  readonly class: number;
}

interface FlowView {
  readonly bytes_received: number;
}

const isRoot = process.getuid?.() === 0;
const dns = '10.1.0.2';
const shops = Array.from({ length: 12 }, (_, index) => ({
  name: `s${index}.shop.example`,
  address: `10.1.0.${20 + index}`,
}));
const [overTcp, greeted, quick, evil] = ['10.1.0.50', '10.1.0.51', '10.1.0.52', '10.1.0.53'];
const zone = {
  ...Object.fromEntries(shops.map(({ name, address }) => [name, address])),
  'tcp.shop.example': overTcp,
  'x.evilshop.example': evil,
};

/*
 * A client behind the edge of hq, servers of many addresses and a DNS server behind the edge of branch.
 */
describe.skipIf(!isRoot)('names of servers, learned by an edge (skipped without root)', () => {
  let network: EdgeNetwork;
  let controller: ControllerProgram;
  let server: ChildProcess | undefined;
  let policies: Record<string, PolicyView>;

  const client = (): string => network.edges[0].host;
  /** Packets that the edge of the client counted for a policy. */
  const packets = async (policy: string): Promise<number> => {
    const name = `policy_${policies[policy]!.id}`;
    const told = await network.edges[0].run('nft', '-j', 'list', 'counter', 'inet', 'patronus', name);
    return (JSON.parse(told) as { nftables: { counter?: { packets: number } }[] }).nftables.flatMap(
      ({ counter }) => counter?.packets ?? [],
    )[0]!;
  };
  const hello = (address: string): Promise<string> => nameHosts.send(client(), address, 7000, [new Uint8Array([1])]);

  beforeAll(async () => {
    network = await EdgeNetwork.create();
    controller = new ControllerProgram(network.directory);
    await controller.start();
    for (const [index, name] of siteNames.entries()) {
      const endpoints = [{ label: 'mpls', device: 'wan0', address: `192.0.2.${index + 1}` }];
      await controller.send('POST', '/sites', { name, prefixes: [`10.${index}.0.0/24`], endpoints });
    }
    await controller.send('POST', '/applications', { name: 'tills', signatures: [{ domains: ['quic.example.com'] }] });
    policies = {};
    for (const [name, match_conditions] of [
      ['shop', { domains: ['*.shop.example'] }],
      ['tills', { applications: ['tills'] }],
    ] as const) {
      policies[name] = await controller.send<PolicyView>('POST', '/policies', {
        name,
        priority: 100,
        match_conditions,
      });
    }
    await joinEdges(network, controller);
    const servers = network.edges[1].host;
    const extra = [...shops.map(({ address }) => address), overTcp, greeted, quick, evil];
    for (const address of extra) {
      await network.edges[1].runOnHost('ip', 'address', 'add', `${address}/24`, 'dev', 'lan0');
    }
    server = await nameHosts.serve(servers, dns, zone);
    await eventually(
      () => network.edges[0].status(),
      ({ paths }) => paths.length === 1 && paths.every((path) => path.health === 'up'),
    );
  });
  afterAll(async () => {
    server?.kill('SIGKILL');
    await network?.remove();
    await controller?.kill();
  });

  it('from DNS answers steer flows: where the kernel holds the answer, from the first packet after it', async () => {
    const { learning } = await network.edges[0].status();
    expect(learning).toMatchObject({ problem: null });
    expect(['hold', 'copy']).toContain(learning.mode);
    await nameHosts.lookUp(
      client(),
      dns,
      shops.map(({ name }) => name),
    );
    if (learning.mode === 'hold') expect(await packets('shop')).toBe(shops.length);
    else {
      // The answers went on while they were read.
      await eventually(
        () => packets('shop'),
        (count) => count > 0,
        10_000,
      ).catch(() => 0);
      const before = await packets('shop');
      await hello(shops[0]!.address);
      expect(await packets('shop')).toBe(before + 1);
    }
    const told = await eventually(
      () => network.edges[0].status(),
      ({ learning: now }) => now.addresses >= shops.length,
      10_000,
    );
    expect(told.learning.counts.dnsAnswers).toBe(shops.length);
  });

  it('that only resemble mean nothing', async () => {
    const before = await packets('shop');
    await nameHosts.lookUp(client(), dns, ['x.evilshop.example']);
    await hello(evil);
    expect(await packets('shop')).toBe(before);
  });

  it('are read from answers over TCP', async () => {
    await nameHosts.lookUpByTcp(client(), dns, 'tcp.shop.example');
    const before = await packets('shop');
    await hello(overTcp);
    expect(await packets('shop')).toBe(before + 1);
  });

  it('are read from the greeting of TLS, and the flow itself moves to its policy', async () => {
    const connection = await nameHosts.greet(client(), greeted, 'tls.shop.example');
    const known = await eventually(
      () => network.edges[0].run('cat', '/proc/self/net/nf_conntrack'),
      (text) =>
        text.split('\n').some((line) => line.includes(`dst=${greeted} `) && classOf(line) === policies['shop']!.class),
      10_000,
    );
    expect(known).toContain(`dst=${greeted} `);
    const { items } = await eventually(
      () => controller.get<{ items: readonly FlowView[] }>('/flows?search=tls.shop.example&protocol=tcp'),
      (page) => page.items.length > 0,
      20_000,
    );
    expect(items[0]).toMatchObject({
      site: 'hq',
      dest_site: 'branch',
      destination: greeted,
      destination_port: 443,
      server_name: 'tls.shop.example',
      policy: 'shop',
      source_label: 'mpls',
    });
    expect(items[0]!.bytes_received).toBeGreaterThan(500);
    connection.kill('SIGKILL');
    // What is left of the connection is counted as well, at its own time.
    await hello(greeted);
    const flows = await network.edges[0].run('cat', '/proc/self/net/nf_conntrack');
    const next = flows.split('\n').find((line) => line.includes(`dst=${greeted} `) && line.includes('dport=7000 '));
    expect(classOf(next ?? '')).toBe(policies['shop']!.class);
  });

  it("are read from Chromium's first packets of QUIC", async () => {
    await nameHosts.send(client(), quick, 443, [...chromiumDatagrams, chromiumDatagrams[0]!]);
    const before = await packets('tills');
    await hello(quick);
    expect(await packets('tills')).toBe(before + 1);
  });

  it('are not all that tells: a flow without one is told by what it looks like', async () => {
    const { learning } = await eventually(
      () => network.edges[0].status(),
      ({ learning: now }) => now.inspection.on || now.inspection.problem !== null,
    );
    if (!learning.inspection.on) {
      expect(learning.inspection.problem).toContain('libndpi');
      return;
    }
    const register = 'REGISTER sip:shop.example SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:7022\r\n\r\n';
    await nameHosts.send(client(), evil, 7022, [new TextEncoder().encode(register)]);
    const { items } = await eventually(
      () => controller.get<{ items: readonly FlowView[] }>(`/flows?search=${evil}&application=sip`),
      (page) => page.items.length > 0,
      20_000,
    );
    expect(items[0]).toMatchObject({ destination: evil, destination_port: 7022, application: 'sip' });
  });

  it('are kept over a change of policies, and go with the edge', async () => {
    await controller.send('POST', '/policies', { name: 'again', priority: 50, match_conditions: { protocol: 'sctp' } });
    const rules = (): Promise<string> => network.edges[0].run('nft', 'list', 'table', 'inet', 'patronus');
    await eventually(rules, (text) => /l4proto sctp/.test(text) || text.includes(' sctp '), 20_000);
    const before = await packets('shop');
    await hello(shops[3]!.address);
    expect(await packets('shop')).toBe(before + 1);
    await network.edges[0].stop();
    expect(await network.edges[0].run('nft', 'list', 'tables')).not.toContain('patronus');
  });
});

const classOf = (line: string): number => (Number(/ mark=(\d+)/.exec(line)?.[1] ?? 0) >>> 16) & 0xfff;

import { canonicalJson, prefix, tunnelName, type Address } from '@patronus/core';
import {
  compileKernelState,
  emptyKernelState,
  diff,
  localFacts,
  mainTable,
  rulesetShape,
  type GroupMember,
  type Kernel,
  type NextHop,
  type NextHopGroup,
  type Route,
  type RoutingChange,
  type RoutingRule,
  type Ruleset,
  type Step,
} from '@patronus/netconf';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { siteDocument } from './site-document.ts';

export interface KernelUnderTest {
  readonly kernel: Kernel;
  /** Answers the public key of the private one that the kernel will find for this tunnel. */
  readonly keyOf: (tunnel: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

const [one, two] = [tunnelName(0, 0), tunnelName(0, 1)];
const nextHops: readonly NextHop[] = [
  { id: 0x2000_0000, device: one },
  { id: 0x2000_0001, device: two },
];
const blackhole: NextHop = { id: 0x2000_ffff, device: null };
const member = (nextHop: number, weight = 1): GroupMember => ({ nextHop, weight });
const group = (...members: GroupMember[]): NextHopGroup => ({ id: 0x1000_4001, members });
const route: Route = {
  family: 'inet',
  table: 0x5001,
  destination: prefix('10.1.0.0/24'),
  metric: 0,
  target: { type: 'next_hop', id: 0x1000_4001 },
  source: null,
};
const route6: Route = { ...route, family: 'inet6', destination: prefix('2001:db8:1::/48'), metric: 1024 };
const rule: RoutingRule = {
  family: 'inet',
  priority: 11_001,
  fwmark: { value: 0x1_0000, mask: 0x1fff_0000 },
  from: null,
  to: null,
  table: 0x5001,
  suppressPrefixLength: null,
};
const add = (change: Omit<Extract<RoutingChange, { object: 'route' }>, 'verb'>): RoutingChange => ({
  verb: 'add',
  ...change,
});

/**
 * What every kernel must do, the fake as the real one. The kernel under test has a device `wan0` that is up with the
 * address 192.0.2.1/24, and nothing of ours.
 */
export function describeKernel(name: string, open: () => Promise<KernelUnderTest>): void {
  describe(name, () => {
    let under: KernelUnderTest;
    const observe = () => under.kernel.observe(['net/ipv4/ip_forward', 'net/ipv4/conf/nothing/rp_filter']);
    const execute = (step: Step) => under.kernel.execute(step);
    const change = (...changes: RoutingChange[]) => execute({ do: 'change_routing', changes });
    const raise = async (tunnel: string): Promise<void> => {
      await execute({ do: 'create_tunnel', name: tunnel });
      await execute({ do: 'raise_tunnel', name: tunnel, mtu: 1400 });
    };
    const refused = (promise: Promise<unknown>) => expect(promise).rejects.toMatchObject({ code: 'kernel_refused' });

    beforeAll(async () => {
      under = await open();
    });
    afterEach(async () => {
      for (const step of diff(await observe(), emptyKernelState)) await execute(step);
    });
    afterAll(() => under.close());

    it('shows devices with their addresses, and sysctls that exist', async () => {
      const { links, sysctls, ...rest } = await observe();
      expect(links).toContainEqual(
        expect.objectContaining({
          name: 'wan0',
          up: true,
          addresses: expect.arrayContaining([{ address: '192.0.2.1', prefixLength: 24 }]) as unknown,
        }),
      );
      expect(Object.keys(sysctls)).toEqual(['net/ipv4/ip_forward']);
      const nothing = { tunnels: [], nextHops: [], groups: [], routes: [], rules: [], ruleset: null };
      expect(rest).toMatchObject({ ...nothing, programs: [], duplication: null });
    });

    it('sets a sysctl', async () => {
      await execute({ do: 'set_sysctl', key: 'net/ipv4/ip_forward', value: '1' });
      expect((await observe()).sysctls).toEqual({ 'net/ipv4/ip_forward': '1' });
      await refused(execute({ do: 'set_sysctl', key: 'net/ipv4/conf/nothing/rp_filter', value: '2' }));
    });

    it('shows a tunnel as it was configured', async () => {
      const publicKey = await under.keyOf(one);
      const peer = {
        publicKey: Buffer.alloc(32, 7).toString('base64'),
        endpoint: { address: '192.0.2.2' as Address, port: 51_820 },
        allowedIps: [prefix('10.1.0.0/24'), prefix('100.64.1.0/32'), prefix('2001:db8:1::/48')],
        keepalive: 25,
      };
      await raise(one);
      await execute({ do: 'configure_tunnel', name: one, listenPort: 51_820, fwmark: 0x1000_0000, publicKey });
      await execute({ do: 'set_peers', name: one, peers: [peer] });
      await change({ verb: 'add', object: 'address', device: one, address: '100.64.0.0' as Address });
      const { tunnels } = await observe();
      expect(tunnels).toEqual([
        {
          name: one,
          up: true,
          mtu: 1400,
          listenPort: 51_820,
          fwmark: 0x1000_0000,
          publicKey,
          addresses: ['100.64.0.0'],
          peers: [{ ...peer, allowedIps: expect.arrayContaining(peer.allowedIps) as unknown }],
        },
      ]);
      await execute({ do: 'remove_peers', name: one, publicKeys: [peer.publicKey] });
      expect((await observe()).tunnels[0]!.peers).toEqual([]);
    });

    it('tells what went through a tunnel, by peer', async () => {
      const publicKey = Buffer.alloc(32, 7).toString('base64');
      await raise(one);
      expect(await under.kernel.traffic()).toEqual([]);
      const peer = { publicKey, endpoint: null, allowedIps: [prefix('10.1.0.0/24')], keepalive: 0 };
      await execute({ do: 'set_peers', name: one, peers: [peer] });
      expect(await under.kernel.traffic()).toEqual([{ tunnel: one, publicKey, bytesSent: 0, bytesReceived: 0 }]);
    });

    it('tells where the peers of a tunnel are, as far as it knows', async () => {
      const peer = (octet: number, endpoint: { address: Address; port: number } | null) => ({
        publicKey: Buffer.alloc(32, octet).toString('base64'),
        endpoint,
        allowedIps: [prefix(`10.${octet}.0.0/24`)],
        keepalive: 0,
      });
      const known = peer(7, { address: '192.0.2.2' as Address, port: 51_820 });
      await raise(one);
      await execute({ do: 'set_peers', name: one, peers: [known, peer(8, null)] });
      const { publicKey, endpoint } = known;
      expect(await under.kernel.farEnds()).toEqual([{ tunnel: one, publicKey, ...endpoint }]);
    });

    it('gives an allowed prefix to the peer that claimed it last', async () => {
      const peer = (octet: number, ...allowedIps: string[]) => ({
        publicKey: Buffer.alloc(32, octet).toString('base64'),
        endpoint: null,
        keepalive: 0,
        allowedIps: allowedIps.map(prefix),
      });
      await raise(one);
      await execute({ do: 'set_peers', name: one, peers: [peer(1, '10.1.0.0/24', '10.2.0.0/24')] });
      await execute({ do: 'set_peers', name: one, peers: [peer(2, '10.2.0.0/24')] });
      const { peers } = (await observe()).tunnels[0]!;
      expect(peers.toSorted((a, b) => (a.publicKey < b.publicKey ? -1 : 1))).toEqual([
        peer(1, '10.1.0.0/24'),
        peer(2, '10.2.0.0/24'),
      ]);
    });

    it('refuses a tunnel that exists', async () => {
      await raise(one);
      await refused(execute({ do: 'create_tunnel', name: one }));
    });

    it('shows next hops, groups, routes and rules as they were added', async () => {
      const rule6: RoutingRule = { ...rule, family: 'inet6' };
      const fromRule: RoutingRule = {
        ...rule,
        priority: 10_100,
        fwmark: null,
        from: '192.0.2.1' as Address,
        table: mainTable,
        suppressPrefixLength: 0,
      };
      const toRule: RoutingRule = {
        ...rule,
        priority: 10_900,
        fwmark: null,
        to: prefix('10.0.0.0/24'),
        table: mainTable,
      };
      const narrow: Route = { ...route, destination: prefix('10.3.0.0/24'), mtu: 1404 };
      const narrow6: Route = { ...route6, destination: prefix('2001:db8:3::/48'), mtu: 1404 };
      const unreachable: Route = {
        ...route,
        destination: 'default',
        metric: 4_278_198_272,
        target: { type: 'unreachable' },
      };
      const overDevice: Route = {
        ...route,
        table: 0x6000,
        target: { type: 'device', device: 'wan0', gateway: '192.0.2.9' as Address },
      };
      const local: Route = {
        ...overDevice,
        destination: prefix('192.0.2.0/24'),
        target: { type: 'device', device: 'wan0', gateway: null },
        source: '192.0.2.1' as Address,
      };
      const weighted = group(member(0x2000_0000, 3), member(0x2000_0001, 7));
      await raise(one);
      await raise(two);
      await change(
        ...[...nextHops, blackhole].map((nextHop) => ({ verb: 'add', object: 'next_hop', nextHop }) as const),
        { verb: 'add', object: 'group', group: weighted },
        ...[route, route6, narrow, narrow6, unreachable, overDevice, local].map((each) =>
          add({ object: 'route', route: each }),
        ),
        ...[rule, rule6, fromRule, toRule].map((each) => ({ verb: 'add', object: 'rule', rule: each }) as const),
      );
      const observed = await observe();
      expect(texts(observed.nextHops)).toEqual(texts([...nextHops, blackhole]));
      expect(observed.groups).toEqual([weighted]);
      expect(texts(observed.routes)).toEqual(texts([route, route6, narrow, narrow6, unreachable, overDevice, local]));
      expect(texts(observed.rules)).toEqual(texts([rule, rule6, fromRule, toRule]));
    });

    it('refuses what points at nothing', async () => {
      await execute({ do: 'create_tunnel', name: one });
      await refused(change({ verb: 'add', object: 'next_hop', nextHop: nextHops[1]! }));
      await refused(change({ verb: 'add', object: 'group', group: group(member(0x2000_0001)) }));
      await refused(change(add({ object: 'route', route })));
      await refused(
        change(add({ object: 'route', route: { ...route, target: { type: 'device', device: two, gateway: null } } })),
      );
    });

    it('refuses what exists, and to remove what does not', async () => {
      const steps: RoutingChange[] = [
        { verb: 'add', object: 'next_hop', nextHop: blackhole },
        { verb: 'add', object: 'group', group: group(member(blackhole.id)) },
        add({ object: 'route', route }),
        { verb: 'add', object: 'rule', rule },
      ];
      for (const step of steps) {
        await change(step);
        await refused(change(step));
      }
      for (const step of steps.toReversed()) {
        const removal = { ...step, verb: 'delete' } as RoutingChange;
        await change(removal);
        await refused(change(removal));
      }
    });

    it('keeps the routes of a group whose members are replaced', async () => {
      await raise(one);
      await change(
        { verb: 'add', object: 'next_hop', nextHop: blackhole },
        { verb: 'add', object: 'next_hop', nextHop: nextHops[0]! },
        { verb: 'add', object: 'group', group: group(member(blackhole.id)) },
        add({ object: 'route', route }),
        { verb: 'replace', object: 'group', group: group(member(nextHops[0]!.id)) },
      );
      expect(await observe()).toMatchObject({ groups: [group(member(nextHops[0]!.id))], routes: [route] });
      await refused(
        change({ verb: 'replace', object: 'group', group: { id: blackhole.id, members: [member(nextHops[0]!.id)] } }),
      );
    });

    it('takes with a device all that hangs on it', async () => {
      await raise(one);
      await raise(two);
      const pair = group(member(nextHops[0]!.id), member(nextHops[1]!.id));
      await change(
        ...nextHops.map((nextHop) => ({ verb: 'add', object: 'next_hop', nextHop }) as const),
        { verb: 'add', object: 'group', group: pair },
        add({ object: 'route', route }),
        add({
          object: 'route',
          route: {
            ...route,
            table: mainTable,
            destination: prefix('100.64.1.0/32'),
            target: { type: 'device', device: two, gateway: null },
          },
        }),
      );
      await execute({ do: 'delete_tunnel', name: two });
      expect(await observe()).toMatchObject({
        nextHops: [nextHops[0]],
        groups: [group(member(nextHops[0]!.id))],
        routes: [route],
      });
      await execute({ do: 'delete_tunnel', name: one });
      expect(await observe()).toMatchObject({ nextHops: [], groups: [], routes: [] });
    });

    it('shows programs where they were attached, one in each place, and loses them with the device', async () => {
      const program = { device: one, hook: 'ingress', priority: 10, program: 'pt_dup_in' } as const;
      const other = { ...program, hook: 'egress', program: 'pt_dup_out' } as const;
      await raise(one);
      await execute({ do: 'attach_program', program });
      await execute({ do: 'attach_program', program: other });
      await execute({ do: 'attach_program', program: other });
      expect(texts((await observe()).programs)).toEqual(texts([program, other]));
      await execute({ do: 'detach_program', program: other });
      expect((await observe()).programs).toEqual([program]);
      await execute({ do: 'delete_tunnel', name: one });
      expect((await observe()).programs).toEqual([]);
      await refused(execute({ do: 'attach_program', program }));
    });

    it('shows what the programs that duplicate packets were told', async () => {
      const program = { device: one, hook: 'ingress', priority: 10, program: 'pt_dup_in' } as const;
      const sites = ['10.1.0.0/24', '10.2.0.0/16', '2001:db8:1::/48'].map((text, index) => ({
        prefix: prefix(text),
        index,
      }));
      await raise(one);
      await execute({ do: 'attach_program', program });
      for (const duplication of [
        { siteIndex: 16_383, classes: [1, 64, 4095], sites },
        { siteIndex: 16_383, classes: [64], sites: sites.slice(1) },
        { siteIndex: 0, classes: [], sites: [] },
      ]) {
        await execute({ do: 'set_duplication', duplication });
        expect((await observe()).duplication).toEqual(duplication);
      }
      await execute({ do: 'detach_program', program });
      expect((await observe()).duplication).toBeNull();
    });

    it('replaces the ruleset as a whole and keeps the counters that stay', async () => {
      const document = siteDocument();
      const more = siteDocument({
        policies: [
          { ...document.policies[0]!, id: 2, class: 2, name: 'voice', match: { dscp: [46] } },
          ...document.policies,
        ],
        remoteSites: [{ ...document.remoteSites[0]!, prefixes: [prefix('10.2.0.0/16'), prefix('10.5.5.5/32')] }],
      });
      const first = await rulesetOf(document, 'first');
      const second = await rulesetOf(more, 'second');
      await execute({ do: 'replace_ruleset', ruleset: first, previous: null });
      expect((await observe()).ruleset).toEqual(rulesetShape(first));
      await execute({ do: 'replace_ruleset', ruleset: second, previous: rulesetShape(first) });
      const { ruleset, counters } = await observe();
      expect(ruleset).toEqual(rulesetShape(second));
      expect(counters.map(({ policyId, epoch }) => ({ policyId, epoch }))).toEqual(
        expect.arrayContaining([
          { policyId: 1, epoch: 'first' },
          { policyId: 2, epoch: 'second' },
        ]),
      );
      expect(await under.kernel.counters()).toEqual(counters);
      await execute({ do: 'replace_ruleset', ruleset: first, previous: rulesetShape(second) });
      expect((await observe()).ruleset).toEqual(rulesetShape(first));
      await execute({ do: 'delete_ruleset' });
      expect((await observe()).ruleset).toBeNull();
      expect(await under.kernel.counters()).toEqual([]);
    });

    const rulesetOf = async (document: ReturnType<typeof siteDocument>, countingEpoch: string): Promise<Ruleset> => {
      const tunnelKeys = Object.fromEntries(document.tunnels.map((tunnel) => [tunnel.name, 'key']));
      const compiled = compileKernelState(
        document,
        localFacts(await observe(), { tunnelKeys, decisions: [], countingEpoch, wallMs: 0 }),
      );
      if (!compiled.ok) throw new TypeError(JSON.stringify(compiled.error));
      return compiled.value.ruleset!;
    };
  });
}

/** For comparing lists whose order means nothing. */
const texts = (items: readonly unknown[]): string[] => items.map(canonicalJson).toSorted();

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prefix, type Address } from '@patronus/core';
import type { SteeringDecision } from '@patronus/netconf';
import { FakeKernel, siteDocument, siteIdAt } from '@patronus/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KernelReconciler } from './kernel-reconciler.ts';
import { SysctlMemory } from './sysctl-memory.ts';

const document = siteDocument();
const wider = siteDocument({
  remoteSites: [{ ...document.remoteSites[0]!, prefixes: [prefix('10.1.0.0/24'), prefix('10.2.0.0/24')] }],
});

describe('a reconciler', () => {
  let directory: string;
  let kernel: FakeKernel;
  let reconciler: KernelReconciler;
  let decisions: SteeringDecision[];
  const groupsTouched = vi.fn();
  const start = (): KernelReconciler =>
    new KernelReconciler({
      kernel,
      keys: { ensure: (tunnel) => `key of ${tunnel}` },
      sysctls: new SysctlMemory(path.join(directory, 'sysctls.json')),
      wallMs: () => 0,
      deadUplinks: () => [],
      decisions: () => decisions,
      groupsTouched,
    });

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'patronus-reconciler-'));
    kernel = new FakeKernel({ eth0: { addresses: ['192.0.2.1/24'] }, eth1: { addresses: ['198.51.100.1/24'] } });
    decisions = [];
    groupsTouched.mockClear();
    reconciler = start();
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('does nothing for a document that is in force, also after a restart', async () => {
    const first = await reconciler.apply(document);
    expect(first).toMatchObject({ version: document.version, groupsTouched: true });
    expect(first.steps).not.toEqual([]);
    expect(await reconciler.apply(document)).toMatchObject({ steps: [], groupsTouched: false });
    expect(await start().apply(document)).toMatchObject({ steps: [], groupsTouched: false });
  });

  it('tells the keys of the tunnels in force', async () => {
    expect(await reconciler.tunnelKeys()).toEqual({});
    await reconciler.apply(document);
    expect(await reconciler.tunnelKeys()).toMatchObject({ 'pt0-0': 'key of pt0-0', 'pt1-1': 'key of pt1-1' });
  });

  it('restores the document before, whichever step of the next is refused', async () => {
    await reconciler.apply(document);
    const standing = kernel.toString();
    const changed = siteDocument({
      tunnels: wider.tunnels.filter(({ name }) => name !== 'pt1-1').map((tunnel) => ({ ...tunnel, mtu: 1300 })),
      paths: wider.paths.filter(({ tunnel }) => tunnel !== 'pt1-1'),
      remoteSites: wider.remoteSites,
    });
    for (let step = 1; ; step++) {
      kernel.fault.refuseStep(step);
      const outcome = await reconciler.apply(changed).then(
        () => null,
        (error: unknown) => error,
      );
      if (outcome === null) {
        expect(step).toBeGreaterThan(4);
        break;
      }
      expect(outcome).toMatchObject({ code: 'kernel_refused', facts: { restored: document.version } });
      expect(kernel.toString()).toBe(standing);
    }
  });

  it('leaves nothing of a first document that is refused half-way', async () => {
    kernel.fault.refuseStep(9);
    await expect(reconciler.apply(document)).rejects.toMatchObject({
      code: 'kernel_refused',
      facts: { restored: null },
    });
    const { tunnels, routes, rules, ruleset } = await kernel.observe([]);
    expect({ tunnels, routes, rules, ruleset }).toEqual({ tunnels: [], routes: [], rules: [], ruleset: null });
  });

  it('leaves what an earlier run had in force when that cannot be renewed after a restart, and mends it later', async () => {
    await reconciler.apply(document);
    const standing = kernel.toString();
    await kernel.execute({ do: 'delete_tunnel', name: 'pt1-1' });
    const restarted = start();
    kernel.fault.refuseStep(1);
    await expect(restarted.adopt(document)).rejects.toMatchObject({ code: 'kernel_refused' });
    expect((await kernel.observe([])).tunnels.map(({ name }) => name)).toContain('pt0-0');
    await restarted.repair();
    expect(kernel.toString()).toBe(standing);
  });

  it('does without a feature that the kernel refuses, says why, and tries again with the next document', async () => {
    const [policy] = document.policies;
    const duplicating = siteDocument({ policies: [{ ...policy!, action: { type: 'steer', duplicate: true } }] });
    await reconciler.apply(document);
    const plain = kernel.toString();
    // the third program, after two were attached
    kernel.fault.refuseStep(3);
    const { unavailable } = await reconciler.apply(duplicating);
    expect(unavailable).toEqual([
      { feature: 'duplication', reason: expect.stringContaining('refused to attach') as unknown },
    ]);
    expect(kernel.toString()).not.toContain('pt_dup');
    expect(await reconciler.repair()).toMatchObject({ steps: [], unavailable, dropsCopies: false });
    await reconciler.apply(document);
    expect(kernel.toString()).toBe(plain);
    expect(await reconciler.apply(duplicating)).toMatchObject({ unavailable: [], dropsCopies: true });
    expect(kernel.toString()).toContain('program pt_dup_out pt1-1 egress');
  });

  it('measures without counting where the kernel refuses to, and steers all the same', async () => {
    kernel.fault.refuseProgram('pt_meter_in');
    const { unavailable } = await reconciler.apply(document);
    expect(unavailable).toEqual([{ feature: 'counting', reason: expect.stringContaining('pt_meter_in') as unknown }]);
    expect(kernel.toString()).toContain('pt0-0');
    expect(kernel.toString()).not.toContain('program');
  });

  it('lets outer packets of an uplink carry code points while the document says so and where the kernel can', async () => {
    const [first, ...others] = document.endpoints;
    const copying = siteDocument({ endpoints: [{ ...first!, copiesDscp: true }, ...others] });
    await reconciler.apply(document);
    const plain = kernel.toString();
    await reconciler.apply(copying);
    const programs = kernel.toString().match(/program pt_dscp.*/g);
    expect(programs).toEqual([
      'program pt_dscp_copy eth0 egress',
      'program pt_dscp_note pt0-0 egress',
      'program pt_dscp_note pt0-1 egress',
    ]);
    expect((await start().adopt(copying)).steps).toEqual([]);
    await reconciler.apply(document);
    expect(kernel.toString()).toBe(plain);
    kernel.fault.refuseProgram('pt_dscp_note');
    expect((await reconciler.apply(copying)).unavailable).toMatchObject([{ feature: 'outer_dscp' }]);
    expect(kernel.toString()).toBe(plain);
  });

  it('does without what a ruleset has that not every kernel has, one thing after the other', async () => {
    const [policy] = document.policies;
    const out = { ...policy!, id: 2, class: 2, action: { type: 'breakout', breakout: { labels: ['mpls'] } } } as const;
    const logging = { ...policy!, action: { type: 'steer', log: true } } as const;
    const demanding = siteDocument({ policies: [out, logging] });
    await reconciler.apply(document);
    kernel.fault.refuseNext('replace nft', 2);
    const { unavailable } = await reconciler.apply(demanding);
    expect(unavailable.map(({ feature }) => feature)).toEqual(['flow_log', 'breakout']);
    expect(await reconciler.repair()).toMatchObject({ steps: [] });
    expect((await reconciler.apply(document)).unavailable).toEqual([]);
    expect((await reconciler.apply(demanding)).unavailable).toEqual([]);
  });

  it('goes on dropping second copies after the last policy that duplicates, as others may still send them', async () => {
    const [policy] = document.policies;
    await reconciler.apply(siteDocument({ policies: [{ ...policy!, action: { type: 'steer', duplicate: true } }] }));
    expect(await reconciler.apply(document)).toMatchObject({ dropsCopies: true });
    expect(kernel.toString()).toContain('program pt_dup_in pt1-1 ingress');
    expect(kernel.toString()).not.toContain('pt_dup_out');
    expect(await start().apply(document)).toMatchObject({ steps: [] });
  });

  it('touches nothing for a document that fits no kernel, or when the kernel cannot be read', async () => {
    await reconciler.apply(document);
    const standing = kernel.toString();
    const clash = siteDocument({ remoteSites: [{ ...document.remoteSites[0]!, prefixes: [prefix('10.0.0.0/8')] }] });
    await expect(reconciler.apply(clash)).rejects.toMatchObject({ code: 'invalid_input' });
    kernel.fault.missTool('nft');
    await expect(reconciler.apply(wider)).rejects.toMatchObject({
      code: 'missing_tool',
      message: 'nft is not installed',
    });
    kernel.fault.missTool(null);
    expect(kernel.toString()).toBe(standing);
  });

  it('does one document at a time, and of those that wait only the newest', async () => {
    kernel.fault.hangAtStep(3);
    const first = reconciler.apply(document);
    await vi.waitFor(() => expect(kernel.executed).toHaveLength(2));
    const second = reconciler.apply(wider);
    const third = reconciler.apply(document);
    await expect(second).rejects.toMatchObject({ code: 'conflict' });
    kernel.fault.release();
    expect((await first).steps).not.toEqual([]);
    expect((await third).steps).toEqual([]);
  });

  it('mends what others broke, and tells that groups were made anew', async () => {
    await reconciler.apply(document);
    const standing = kernel.toString();
    groupsTouched.mockClear();
    kernel.loseRoute(({ destination }) => destination === '10.1.0.0/24');
    expect(await reconciler.repair()).toMatchObject({ steps: ['add 1 route'], groupsTouched: false });
    expect(groupsTouched).not.toHaveBeenCalled();
    kernel.loseDevice('pt0-0');
    kernel.loseRuleset();
    expect(await reconciler.repair()).toMatchObject({ groupsTouched: true });
    expect(groupsTouched).toHaveBeenCalledOnce();
    expect(kernel.toString()).toBe(standing);
    expect(await reconciler.repair()).toMatchObject({ steps: [] });
  });

  it('has nothing to mend before the first document', async () => {
    expect(await reconciler.repair()).toBeNull();
    expect(kernel.executed).toEqual([]);
  });

  it('makes lost groups with what steering holds by then', async () => {
    await reconciler.apply(document);
    decisions = [{ policyId: 1, siteId: siteIdAt(1), paths: [{ pathId: document.paths[3]!.id, weight: 5 }] }];
    for (const { name } of document.tunnels) kernel.loseDevice(name);
    // a group of nothing but the blackhole outlives the tunnels
    expect((await kernel.observe([])).groups).toHaveLength(1);
    for (const group of (await kernel.observe([])).groups) {
      await kernel.execute({ do: 'change_routing', changes: [{ verb: 'delete', object: 'group', group }] });
    }
    await reconciler.repair();
    expect((await kernel.observe([])).groups[0]!.members).toEqual([{ nextHop: 0x2000_0011, weight: 5 }]);
  });

  it('counts on through a change of the document, and starts a new epoch with a new table', async () => {
    await reconciler.apply(document);
    kernel.count(1, 10, 1000);
    await reconciler.apply(wider);
    const [counted] = await reconciler.policyCounters();
    expect(counted).toMatchObject({ policyId: 1, packets: 10, bytes: 1000 });
    kernel.loseRuleset();
    await reconciler.repair();
    const [anew] = await reconciler.policyCounters();
    expect(anew).toMatchObject({ policyId: 1, packets: 0 });
    expect(anew!.epoch).not.toBe(counted!.epoch);
  });

  it('tells what each path carried', async () => {
    expect(await reconciler.pathTraffic()).toEqual([]);
    await reconciler.apply(document);
    const [tunnel] = document.tunnels;
    const [peer] = tunnel!.peers;
    kernel.carry(peer!.publicKey, 1_000, 2_000);
    const carrier = document.paths.find(
      ({ tunnel: name, remoteEndpointId }) => name === tunnel!.name && remoteEndpointId === peer!.endpointId,
    );
    const told = await reconciler.pathTraffic();
    expect(told).toHaveLength(document.paths.length);
    expect(told).toContainEqual({ pathId: carrier!.id, bytesSent: 1_000, bytesReceived: 2_000 });
  });

  it('tells where a far end behind NAT calls from, and nothing of those that it calls itself', async () => {
    const calls = siteDocument({
      tunnels: document.tunnels.map((tunnel, index) =>
        index > 0 ? tunnel : { ...tunnel, peers: tunnel.peers.map((peer) => ({ ...peer, address: null })) },
      ),
    });
    await reconciler.apply(calls);
    const { publicKey } = calls.tunnels[0]!.peers[0]!;
    const remotes = async () => (await reconciler.pathTraffic()).flatMap(({ remote }) => (remote ? [remote] : []));
    expect(await remotes()).toEqual([]);
    kernel.hearFrom(publicKey, 'fe80::1%eth0', 51_820);
    expect(await remotes()).toEqual([]);
    kernel.hearFrom(publicKey, '203.0.113.7', 40_001);
    expect(await remotes()).toEqual([{ address: '203.0.113.7', port: 40_001 }]);
  });

  it('does not ask where far ends are while it calls all of them itself', async () => {
    await reconciler.apply(document);
    const asked = vi.spyOn(kernel, 'farEnds');
    expect(await reconciler.pathTraffic()).not.toEqual([]);
    expect(asked).not.toHaveBeenCalled();
  });

  it('tells the flows that began at the site by policy, and where the kernel does not tell, nothing', async () => {
    expect(await reconciler.policyFlows()).toBeNull();
    await reconciler.apply(document);
    const began = (source: string, forwardingClass = 1) => ({ class: forwardingClass, source: source as Address });
    kernel.knownFlows = [began('10.0.0.7'), began('10.0.0.7'), began('10.1.0.7'), began('10.0.0.8', 999)];
    expect(await reconciler.policyFlows()).toEqual([{ policyId: 1, flows: 2 }]);
    kernel.knownFlows = null;
    expect(await reconciler.policyFlows()).toBeNull();
  });

  it('cleans up after an edge that was killed, and puts sysctls back as they were', async () => {
    const before = kernel.toString();
    await reconciler.apply(document);
    await start().clean();
    expect(kernel.toString()).toBe(before);
    await start().clean();
    expect(kernel.toString()).toBe(before);
  });

  it('cleans up the rest when one thing cannot be removed, and names it only if it stays', async () => {
    const before = kernel.toString();
    await reconciler.apply(document);
    kernel.fault.refuseStep(1);
    await reconciler.clean();
    expect(kernel.toString()).toBe(before);
  });
});

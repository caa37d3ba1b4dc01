import {
  defaultBasePort,
  defaultOverlay,
  prefix,
  probeAddress,
  tunnelName,
  tunnelPort,
  type Address,
  type Policy,
} from '@patronus/core';
import { endpointIdAt, FakeKernel, pathIdBetween, siteDocument, siteIdAt } from '@patronus/testkit';
import type { SiteDocument } from '@patronus/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileKernelState, sysctlsOf } from './compile-kernel-state.ts';
import { diff, touchesGroups } from './diff.ts';
import { emptyKernelState, type KernelState } from './kernel-state.ts';
import { localFacts, type SteeringDecision } from './local-facts.ts';
import { rulesetShape } from './ruleset.ts';
import { describeStep, type Step } from './step.ts';

/** A document of site 0 with some endpoints, some remote sites and some policies out of a fixed stock. */
const anyDocument: fc.Arbitrary<SiteDocument> = fc
  .record({
    slots: fc.subarray([0, 1, 2], { minLength: 1 }),
    remoteSlots: fc.subarray([0, 1, 2], { minLength: 1 }),
    sites: fc.subarray([1, 2, 3, 4]),
    prefixes: fc.integer({ min: 0, max: 4 }),
    classes: fc.subarray([2, 3, 4, 5]),
    dropped: fc.constantFrom(0, 3),
    mtu: fc.constantFrom(1420, 1380),
    version: fc.integer({ min: 0, max: 2 }),
  })
  .map((wish) => {
    const tunnels = wish.slots.flatMap((local) => wish.remoteSlots.map((remote) => ({ local, remote })));
    const policies: Policy[] = wish.classes.map((number) => ({
      id: number,
      class: number,
      priority: number,
      name: `policy ${number}`,
      match: {
        protocol: 'udp',
        destinationPorts: [{ from: number, to: number + wish.version }],
        sourceSites: [siteIdAt(number - 1)],
      },
      action: { type: number === wish.dropped ? 'drop' : 'steer' },
    }));
    return siteDocument({
      endpoints: wish.slots.map((slot) => ({
        id: endpointIdAt(0, slot),
        slot,
        label: `line ${slot}`,
        device: `eth${slot}`,
        cost: 1,
        profile: 'default',
      })),
      tunnels: tunnels.map(({ local, remote }) => ({
        name: tunnelName(local, remote),
        localSlot: local,
        remoteSlot: remote,
        mtu: wish.mtu,
        listenPort: tunnelPort(defaultBasePort, local, remote),
        probeAddress: probeAddress(defaultOverlay, 0, local, remote),
        peers: wish.sites.map((site) => ({
          siteId: siteIdAt(site),
          endpointId: endpointIdAt(site, remote),
          keepalive: site === 4 ? 25 : 0,
          publicKey: Buffer.alloc(32, `${site}${local}${remote}${wish.version}`).toString('base64'),
          address: site === 4 ? null : (`203.0.113.${site}` as Address),
          port: tunnelPort(defaultBasePort, remote, local),
          probeAddress: probeAddress(defaultOverlay, site, remote, local),
        })),
      })),
      remoteSites: wish.sites.map((site) => ({
        id: siteIdAt(site),
        index: site,
        name: `site ${site}`,
        prefixes: [
          ...Array.from({ length: wish.prefixes }, (_, i) => prefix(`10.${site}.${i}.0/24`)),
          ...(site === 2 ? [prefix('2001:db8:2::/48')] : []),
        ],
      })),
      paths: tunnels.flatMap(({ local, remote }) =>
        wish.sites.map((site) => ({
          id: pathIdBetween(endpointIdAt(0, local), endpointIdAt(site, remote)),
          localEndpointId: endpointIdAt(0, local),
          remoteEndpointId: endpointIdAt(site, remote),
          remoteSiteId: siteIdAt(site),
          remoteLabel: 'line',
          tunnel: tunnelName(local, remote),
          cost: 2,
          remoteProbeAddress: probeAddress(defaultOverlay, site, remote, local),
          profile: 'default',
        })),
      ),
      policies: [...policies, ...siteDocument().policies],
    });
  });

const someDecisions = (document: SiteDocument): SteeringDecision[] =>
  document.policies.flatMap((policy) =>
    document.remoteSites.map((site) => ({
      policyId: policy.id,
      siteId: site.id,
      paths: document.paths
        .filter((path) => path.remoteSiteId === site.id)
        .slice(0, policy.class % 3)
        .map((path, i) => ({ pathId: path.id, weight: i + 1 })),
    })),
  );

const fakeKernel = (): FakeKernel =>
  new FakeKernel({
    eth0: { addresses: ['192.0.2.1/24'], gateway: '192.0.2.254' },
    eth1: { addresses: ['198.51.100.1/24'] },
    lan0: { addresses: ['10.0.0.1/24', '2001:db8::1/64'] },
  });

async function plan(kernel: FakeKernel, document: SiteDocument): Promise<{ steps: Step[]; desired: KernelState }> {
  const observed = await kernel.observe(sysctlsOf(document));
  const tunnelKeys = Object.fromEntries(document.tunnels.map(({ name }) => [name, `key of ${name}`]));
  const own = { tunnelKeys, decisions: someDecisions(document), countingEpoch: 'now', wallMs: 0 };
  const compiled = compileKernelState(document, localFacts(observed, own));
  if (!compiled.ok) throw new TypeError(JSON.stringify(compiled.error));
  return { steps: diff(observed, compiled.value), desired: compiled.value };
}

async function apply(kernel: FakeKernel, document: SiteDocument): Promise<KernelState> {
  const { steps, desired } = await plan(kernel, document);
  for (const step of steps) await kernel.execute(step);
  return desired;
}

/** The members of groups that existed before are steering's; all else must be as wanted. */
function comparable(state: Pick<KernelState, 'nextHops' | 'groups' | 'routes' | 'rules' | 'tunnels'>): unknown {
  const texts = (items: readonly unknown[]): string[] =>
    items.map((item) => JSON.stringify(item, sortedKeys)).toSorted();
  return {
    nextHops: texts(state.nextHops),
    groups: texts(state.groups.map(({ id }) => id)),
    routes: texts(state.routes),
    rules: texts(state.rules),
    tunnels: texts(state.tunnels.map(({ peers, ...rest }) => ({ ...rest, peers: texts(peers) }))),
  };
}

const sortedKeys = (_key: string, value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;

describe('a plan', () => {
  it('leads from any document to any other, step by step without a refusal, and then is empty', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyDocument, { minLength: 1, maxLength: 6 }), async (documents) => {
        const kernel = fakeKernel();
        for (const document of documents) {
          const desired = await apply(kernel, document);
          const observed = await kernel.observe(sysctlsOf(document));
          expect(comparable(observed)).toEqual(comparable(desired));
          expect(observed.ruleset).toEqual(rulesetShape(desired.ruleset!));
          expect(observed.sysctls).toMatchObject(desired.sysctls);
          expect((await plan(kernel, document)).steps).toEqual([]);
        }
        for (const step of diff(await kernel.observe([]), emptyKernelState)) await kernel.execute(step);
        expect(comparable(await kernel.observe([]))).toEqual(comparable(emptyKernelState));
      }),
      { numRuns: 60 },
    );
  });

  it('mends whatever somebody deleted', async () => {
    await fc.assert(
      fc.asyncProperty(anyDocument, fc.nat(), fc.nat(), async (document, tunnel, route) => {
        const kernel = fakeKernel();
        const desired = await apply(kernel, document);
        const { tunnels, routes } = await kernel.observe([]);
        if (routes.length > 0) kernel.loseRoute((each) => each === routes[route % routes.length]);
        kernel.loseDevice(tunnels[tunnel % tunnels.length]!.name);
        kernel.loseRuleset();
        await apply(kernel, document);
        expect(comparable(await kernel.observe([]))).toEqual(comparable(desired));
      }),
      { numRuns: 40 },
    );
  });

  it('leaves the members of existing groups to steering', async () => {
    const kernel = fakeKernel();
    const document = siteDocument();
    await apply(kernel, document);
    const [group] = (await kernel.observe([])).groups;
    const steered = { id: group!.id, members: [{ nextHop: 0x2000_0011, weight: 9 }] };
    kernel.steer(steered);
    expect((await plan(kernel, document)).steps).toEqual([]);
    expect((await kernel.observe([])).groups).toEqual([steered]);
  });

  it('gives a group other members before its last one is taken away', async () => {
    const kernel = fakeKernel();
    const document = siteDocument();
    await apply(kernel, document);
    const [group] = (await kernel.observe([])).groups;
    kernel.steer({ id: group!.id, members: [{ nextHop: 0x2000_0011, weight: 1 }] });
    const fewer = siteDocument({
      tunnels: document.tunnels.filter(({ name }) => name !== 'pt1-1'),
      paths: document.paths.filter(({ tunnel }) => tunnel !== 'pt1-1'),
    });
    const { steps } = await plan(kernel, fewer);
    expect(touchesGroups(steps)).toBe(true);
    await apply(kernel, fewer);
    const { groups, routes } = await kernel.observe([]);
    expect(groups.map(({ id }) => id)).toEqual([group!.id]);
    expect(routes.filter(({ target }) => target.type === 'next_hop')).not.toEqual([]);
  });

  it('changes only the policy table when only a policy changed', async () => {
    const kernel = fakeKernel();
    const document = siteDocument();
    await apply(kernel, document);
    const renamed: Policy = { ...document.policies[0]!, match: { dscp: [0] } };
    const { steps } = await plan(kernel, siteDocument({ policies: [renamed] }));
    expect(steps.map(({ do: what }) => what)).toEqual(['replace_ruleset']);
    expect(touchesGroups(steps)).toBe(false);
  });

  it('removes and makes again what only looks like a tunnel', async () => {
    const kernel = fakeKernel();
    const document = siteDocument();
    const desired = await apply(kernel, document);
    const observed = await kernel.observe(sysctlsOf(document));
    const tunnels = observed.tunnels.filter(({ name }) => name !== 'pt0-0');
    const steps = diff({ ...observed, tunnels, brokenTunnels: ['pt0-0'] }, desired);
    expect(steps.slice(0, 2).map(describeStep)).toEqual(['delete tunnel pt0-0', 'create tunnel pt0-0']);
    // the device has the settings of a new one
    expect(steps.map(describeStep)).toContain('set net/ipv4/conf/pt0-0/rp_filter to 2');
    for (const step of steps) await kernel.execute(step);
    expect(comparable(await kernel.observe([]))).toEqual(comparable(desired));
  });

  it('follows the gateway of an uplink', async () => {
    const kernel = fakeKernel();
    await apply(kernel, siteDocument());
    kernel.setGateway('eth1', '198.51.100.254');
    const { steps } = await plan(kernel, siteDocument());
    expect(steps.map(describeStep)).toEqual(['replace 1 route']);
  });
});

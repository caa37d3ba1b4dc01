import { randomBytes } from 'node:crypto';
import { closeSync, writeSync } from 'node:fs';
import type { Policy } from '@patronus/core';
import { inNetworkNamespace, SystemCommandRunner, TapDevice } from '@patronus/linux';
import { compileKernelState, nftTransaction, parseNftTable, rulesetShape, type LocalFacts } from '@patronus/netconf';
import { explainFlow, type Flow } from '@patronus/policy';
import { SeededRandom, siteDocument } from '@patronus/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frameDestination, packetFrame } from './trial/packet-frame.ts';
import { randomFlow, randomPolicies, randomWorld, type Below } from './trial/random-policies.ts';

const isRoot = process.getuid?.() === 0;
const isSlow = process.env['PATRONUS_SLOW_TESTS'] === '1';
/** Sets of policies, and packets through each. */
const [sets, packets] = isSlow ? [40, 250] : [8, 50];

const namespace = `ptx${randomBytes(3).toString('hex')}`;
const runner = new SystemCommandRunner();
const inside = (tool: string, args: string[], stdin?: string): Promise<string> =>
  runner.run({
    tool: 'ip',
    args: ['netns', 'exec', namespace, tool, ...args],
    ...(stdin === undefined ? {} : { stdin }),
    timeoutMs: 60_000,
  });

/** Notes which class each packet has once it is classified, and drops it, so that every packet begins a flow. */
const recorder = `
add table inet record
delete table inet record
table inet record {
  set seen4 { typeof ip id . meta mark; flags dynamic; size 65535; }
  set seen6 { typeof ip6 flowlabel . meta mark; flags dynamic; size 65535; }
  chain notes {
    type filter hook prerouting priority -140; policy accept;
    iifname != "lan0" accept
    meta nfproto ipv4 add @seen4 { ip id . meta mark } drop
    meta nfproto ipv6 add @seen6 { ip6 flowlabel . meta mark } drop
  }
}
`;

const factsAt = (wallMs: number): LocalFacts => ({
  uplinks: {},
  deadUplinks: [],
  lanAddresses: [],
  tunnelKeys: {},
  decisions: [],
  ruleset: null,
  countingEpoch: 'test',
  programs: [],
  refused: new Set(),
  wallMs,
  ipv6: true,
});

const [own, ...others] = randomWorld.sites;
const documentOf = (policies: readonly Policy[]) =>
  siteDocument({
    site: { ...own!, index: 0 },
    remoteSites: others.map((site, index) => ({ ...site, index: index + 1 })),
    hostSets: randomWorld.hostSets,
    tunnels: [],
    paths: [],
    policies,
  });

/** The class that each packet got, by its number. */
async function classesSeen(): Promise<Map<number, number>> {
  const seen = new Map<number, number>();
  for (const set of ['seen4', 'seen6']) {
    const answer = await inside('nft', ['-j', 'list', 'set', 'inet', 'record', set]);
    const listed = JSON.parse(answer) as { nftables: { set?: { elem?: { concat: [number, number] }[] } }[] };
    for (const { concat } of listed.nftables.flatMap((each) => each.set?.elem ?? [])) {
      seen.set(concat[0], (concat[1] >>> 16) & 0xfff);
    }
  }
  return seen;
}

describe.skipIf(!isRoot)(`${sets * packets} random packets (skipped without root)`, () => {
  let tap: TapDevice;

  beforeAll(async () => {
    await runner.run({ tool: 'ip', args: ['netns', 'add', namespace], timeoutMs: 10_000 });
    tap = inNetworkNamespace(namespace, () => TapDevice.open('lan0'));
    await inside('ip', ['link', 'set', 'lan0', 'address', frameDestination, 'up']);
    await inside('ip', ['address', 'add', '10.0.0.1/16', 'dev', 'lan0']);
    await inside('nft', ['-f', '-'], recorder);
    // as on an edge: the tunnels prove their packets
    await inside('sh', [
      '-c',
      'nft add table inet warm; nft "add chain inet warm c { type filter hook prerouting priority 0; }"; nft add rule inet warm c ct state new; nft delete table inet warm; sysctl -q -w net.netfilter.nf_conntrack_checksum=0',
    ]);
  });

  afterAll(async () => {
    closeSync(tap.fd);
    await runner.run({ tool: 'ip', args: ['netns', 'delete', namespace], timeoutMs: 10_000 });
  });

  it('get from the kernel the policy that the explanation names', { timeout: 280_000 }, async () => {
    const random = new SeededRandom(20_261_121);
    const below: Below = (bound) => Math.floor(random.next() * bound);
    let previous: LocalFacts['ruleset'] = null;
    const wrong: unknown[] = [];
    let shape: ReturnType<typeof rulesetShape> | null = null;
    for (let round = 0; round < sets; round += 1) {
      const policies = randomPolicies(below, 1 + below(round % 3 === 0 ? 120 : 20));
      const wallMs = Date.UTC(2026, 10, 16) + below(7 * 24) * 3_600_000;
      const compiled = compileKernelState(documentOf(policies), { ...factsAt(wallMs), ruleset: previous });
      if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
      await inside('nft', ['-f', '-'], nftTransaction(compiled.value.ruleset!, shape));
      shape = rulesetShape(compiled.value.ruleset!);
      previous = shape;
      const listed = await inside('nft', ['-j', 'list', 'table', 'inet', 'patronus']);
      expect(parseNftTable(listed).ruleset).toEqual(shape);
      await inside('nft', ['-f', '-'], recorder);
      const flows: Flow[] = [];
      while (flows.length < packets) flows.push(...[randomFlow(below)].filter(isNotWithinRemoteSite));
      for (const [id, flow] of flows.entries()) writeSync(tap.fd, packetFrame(flow, id));
      const seen = await classesSeen();
      for (const [id, flow] of flows.entries()) {
        const { policy, considered } = explainFlow(flow, policies, randomWorld, wallMs);
        const story = { round, flow, reasons: considered.map((each) => `${each.policy.name}: ${each.reason}`) };
        if (seen.get(id) !== (policy?.class ?? 0))
          wrong.push({ seen: seen.get(id), told: policy?.class ?? 0, ...story });
      }
    }
    expect(wrong).toEqual([]);
  });
});

/** What stays within another site never comes here. */
function isNotWithinRemoteSite(flow: Flow): boolean {
  const { flow: placed, scope } = explainFlow(flow, [], randomWorld, 0);
  return scope !== 'within_site' || placed.sourceSite === own;
}

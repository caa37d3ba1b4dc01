import { classMark, groupNextHop, median, percentile, prefix, tunnelNextHop, type Policy } from '@patronus/core';
import { trialDecisions, trialDocument, TrialNetwork, type TrialEdge } from '@patronus/edge/trial';
import { inNetworkNamespace, NextHopSwitch, SystemCommandRunner } from '@patronus/linux';
import type { Bench } from './bench-line.ts';
import { alsoOnSignal } from './clean-up.ts';

const prefixCount = 5000;
const switches = 200;
/** Moving every route by itself takes long, and needs no more than a few tries to be told from one group. */
const routeMoves = 5;

const policy: Policy = { id: 1, class: 1, priority: 0, name: 'default', match: {}, action: { type: 'steer' } };
const prefixes = Array.from({ length: prefixCount }, (_, i) => prefix(`10.${100 + (i >> 8)}.${i & 255}.0/24`));
const group = groupNextHop(policy.class, 1);
const tunnels = [0, 1].map((slot) => tunnelNextHop(slot, slot));
const devices = ['pt0-0', 'pt1-1'];

export const bench: Bench = {
  about: `moving ${prefixCount} prefixes to another path`,
  async run(report) {
    const network = await TrialNetwork.create();
    const remove = alsoOnSignal(() => network.remove());
    try {
      const [edge] = network.edges;
      const document = trialDocument(0, { policies: [policy], morePrefixes: prefixes });
      const { applyMs } = await edge.apply(document, trialDecisions(0, { 1: [0] }));
      report({
        metric: `${prefixCount} prefixes into the kernel, with all else`,
        value: applyMs,
        unit: 'ms',
        samples: 1,
      });

      const oneByOne = await timed(routeMoves, (index) => moveRoutes(edge, devices[index % 2]!));
      const netlink = inNetworkNamespace(edge.namespace, () => NextHopSwitch.open());
      const figures: [string, number[]][] = [
        ['a group by netlink, as the edge does it', await timed(switches, (index) => switchNatively(netlink, index))],
        [
          'a group by the ip program, its start included',
          await timed(switches, (index) => switchByProgram(edge, index)),
        ],
      ];
      for (const [how, samples] of figures) {
        const baseline = median(oneByOne);
        const value = median(samples);
        report({
          metric: `${how}, median`,
          value,
          unit: 'ms',
          baseline,
          ratio: value / baseline,
          samples: samples.length,
        });
        report({ metric: `${how}, p99`, value: percentile(samples, 0.99), unit: 'ms', samples: samples.length });
      }
      await assertMoved(edge, switches - 1);
    } finally {
      await remove();
    }
  },
};

function switchNatively(netlink: NextHopSwitch, index: number): Promise<void> {
  const result = netlink.replaceGroup(group, [{ id: tunnels[index % 2]!, weight: 1 }]);
  if (!result.ok) throw new Error(`the kernel refused: ${result.error.text}`);
  return Promise.resolve();
}

async function switchByProgram(edge: TrialEdge, index: number): Promise<void> {
  const member = String(tunnels[index % 2]);
  await ip(edge, ['nexthop', 'replace', 'id', String(group), 'group', member, 'proto', '80']);
}

/** What the same move costs where each route has its own next hop; in a table that nothing looks at. */
async function moveRoutes(edge: TrialEdge, device: string): Promise<void> {
  const lines = prefixes.map((each) => `route replace ${each} dev ${device} table 9999\n`);
  await ip(edge, ['-batch', '-'], lines.join(''));
}

/** Prefixes from the whole range go where the last switch sent them. */
async function assertMoved(edge: TrialEdge, index: number): Promise<void> {
  const device = devices[index % 2]!;
  for (const each of prefixes.filter((_, at) => at % 500 === 0)) {
    const text = await ip(edge, [
      'route',
      'get',
      each.slice(0, each.indexOf('/')),
      'mark',
      String(classMark(policy.class)),
    ]);
    if (!text.includes(` dev ${device} `)) throw new Error(`${each} does not go over ${device}: ${text}`);
  }
}

const ip = (edge: TrialEdge, args: readonly string[], stdin = ''): Promise<string> =>
  new SystemCommandRunner().run({ tool: 'ip', args: ['-n', edge.namespace, ...args], stdin });

async function timed(count: number, action: (index: number) => Promise<void>): Promise<number[]> {
  const samples: number[] = [];
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    await action(index);
    samples.push(performance.now() - start);
  }
  return samples;
}

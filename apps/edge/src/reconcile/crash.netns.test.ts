import type { Policy, QosClass } from '@patronus/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernelText } from './trial/kernel-text.ts';
import { trialDecisions, trialDocument } from './trial/trial-documents.ts';
import { TrialNetwork } from './trial/trial-network.ts';

const unable =
  process.getuid?.() !== 0
    ? 'it needs root'
    : process.env['PATRONUS_SLOW_TESTS'] === '1'
      ? null
      : 'minutes: PATRONUS_SLOW_TESTS=1';

const policy = (id: number, name: string, match: Policy['match'], action: Partial<Policy['action']> = {}): Policy => ({
  id,
  class: id,
  priority: 100 + id,
  name,
  match,
  action: { type: 'steer', ...action },
});
const udpTo = (port: number): Policy['match'] => ({ protocol: 'udp', destinationPorts: [{ from: port, to: port }] });
const before = [{ ...policy(1, 'default', {}), priority: 0 }];
/** Of every kind that reaches another part of the kernel. */
const after = [
  ...before,
  policy(2, 'voice', udpTo(20_000), { duplicate: true, qosClass: 'realtime' }),
  policy(3, 'guests', udpTo(9_000), { rateLimitBps: 1_000_000, log: true, setDscp: 8 }),
  policy(4, 'banned', udpTo(9), { type: 'drop' }),
];
const qosClass = (number: number, name: string, isDefault: boolean): QosClass => ({
  number,
  name,
  guaranteePercent: 30,
  ceilingPercent: 100,
  priority: number,
  trustDscp: [],
  setDscp: null,
  isDefault,
});
const qosClasses = [qosClass(1, 'realtime', false), qosClass(2, 'default', true)];
const lineOf = { 1: [1], 2: [0], 3: [1], 4: [1] };

describe.skipIf(unable !== null)(`an edge that is killed${unable === null ? '' : ` (skipped: ${unable})`}`, () => {
  let network: TrialNetwork;
  let peerKeys: Record<string, string>;

  beforeAll(async () => {
    network = await TrialNetwork.create();
    const [, second] = network.edges;
    await second.apply(trialDocument(1, { policies: before }), trialDecisions(1, lineOf));
    peerKeys = await second.tunnelKeys();
  });
  afterAll(() => network.remove());

  it(
    'at any moment of changing a real kernel comes to the same kernel after its restart',
    { timeout: 1_800_000 },
    async () => {
      const [edge] = network.edges;
      const plain = trialDocument(0, { policies: before, peerKeys });
      const whole = trialDocument(0, {
        policies: after,
        peerKeys,
        qosClasses,
        shaping: { rateBps: 10_000_000, auto: false },
        policing: { rateBps: 10_000_000 },
        copiesDscp: true,
        dropsCopies: true,
      });
      const decisions = trialDecisions(0, lineOf);
      const untouched = await kernelText(edge);
      await edge.apply(plain, decisions);
      await edge.apply(whole, decisions);
      const wanted = await kernelText(edge);
      for (const [name, from] of [
        ['nothing', null],
        ['a plain one', plain],
      ] as const) {
        for (let moment = 1; ; moment++) {
          await edge.clean();
          expect(await kernelText(edge), `cleaned before moment ${moment} on the way from ${name}`).toBe(untouched);
          if (from !== null) await edge.apply(from, decisions);
          if (!(await edge.dieApplying(moment, whole, decisions))) {
            expect(moment, `moments on the way from ${name}`).toBeGreaterThan(20);
            break;
          }
          await edge.adopt(whole, decisions);
          expect(await kernelText(edge), `killed at moment ${moment} on the way from ${name}`).toBe(wanted);
          expect((await edge.apply(whole, decisions)).steps).toEqual([]);
        }
      }
      await edge.clean();
      expect(await kernelText(edge)).toBe(untouched);
    },
  );
});

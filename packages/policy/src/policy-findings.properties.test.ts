import { prefix, type Address, type HostSetId, type Policy, type SiteId } from '@patronus/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyWorld } from './conditions.ts';
import { matchFlow, placeFlow, type Flow } from './flow-match.ts';
import { PolicyAnalysis } from './policy-findings.ts';

const [a, b] = ['a', 'b'] as SiteId[];
const world: PolicyWorld = {
  sites: [
    { id: a!, name: 'a', prefixes: [prefix('10.0.0.0/31'), prefix('10.0.0.4/32')], tags: ['shop'] },
    { id: b!, name: 'b', prefixes: [prefix('10.0.1.0/31'), prefix('2001:db8::/127')], timeZone: 'Asia/Tokyo' },
  ],
  hostSets: [{ id: 'h' as HostSetId, name: 'h', prefixes: [prefix('10.0.0.1/32'), prefix('10.0.1.0/32')] }],
};

const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined, freq: 2 });
const some = <T>(...values: T[]) => maybe(fc.subarray(values, { minLength: 1 }));
const ports = maybe(fc.constantFrom([{ from: 0, to: 0 }], [{ from: 1, to: 65_535 }], [{ from: 0, to: 65_535 }]));
const defined = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));

const conditions = fc
  .record({
    sourceSites: some(a!, b!),
    destinationSites: some(a!, b!),
    sourceSiteTags: maybe(fc.constantFrom(['shop'], ['none'])),
    sourceHostSets: maybe(fc.constant(['h' as HostSetId])),
    destinationPrefixes: some(prefix('10.0.1.1/32'), prefix('10.0.0.0/8'), prefix('2001:db8::/64')),
    protocol: maybe(fc.constantFrom('tcp' as const, 'udp' as const)),
    destinationPorts: ports,
    dscp: maybe(
      fc.constantFrom(
        [0],
        [46],
        Array.from({ length: 64 }, (_, value) => value),
      ),
    ),
    schedule: maybe(fc.constantFrom([{ from: '00:00', to: '12:00' }], [{ from: '12:00' }, { to: '12:00' }])),
  })
  .map((all) => defined(all.protocol === undefined ? { ...all, destinationPorts: undefined } : all));

const match = fc
  .record({
    outer: conditions,
    not: maybe(conditions),
    anyOf: maybe(fc.array(conditions, { minLength: 1, maxLength: 2 })),
  })
  .map(({ outer, not, anyOf }) => {
    const isSomething = not !== undefined && Object.keys(not).length > 0;
    return { ...outer, ...defined({ not: isSomething ? not : undefined, anyOf }) };
  });

const policies = fc.array(match, { minLength: 1, maxLength: 6 }).map((matches) =>
  matches.map((each, index): Policy => {
    const head = { id: index + 1, class: index + 1, priority: 10 - index, name: `p${index}` };
    return { ...head, match: each, action: { type: 'steer' } };
  }),
);

/** One flow for every corner that these policies can tell apart. */
const addresses = [
  '10.0.0.0',
  '10.0.0.1',
  '10.0.0.4',
  '10.0.1.0',
  '10.0.1.1',
  '2001:db8::',
  '2001:db8::1',
] as Address[];
const days = ['2026-11-20T01:00:00Z', '2026-11-20T09:00:00Z', '2026-11-20T16:00:00Z', '2026-11-20T22:00:00Z'];
const flows: { flow: Flow; wallMs: number }[] = addresses.flatMap((source) =>
  addresses.flatMap((destination) =>
    (['tcp', 'udp', 'gre'] as const).flatMap((protocol) =>
      (protocol === 'gre' ? [null] : [0, 80]).flatMap((destinationPort) =>
        [0, 7, 46].flatMap((dscp) =>
          days.map((day) => {
            const sourcePort = destinationPort === null ? null : 5;
            const flow = { source, destination, protocol, sourcePort, destinationPort, dscp };
            return { flow, wallMs: Date.parse(day) };
          }),
        ),
      ),
    ),
  ),
);

/** Indexes of policies that some flow meets at all, and meets first. */
function bruteForce(list: readonly Policy[]): { met: Set<number>; first: Set<number> } {
  const [met, first] = [new Set<number>(), new Set<number>()];
  for (const { flow, wallMs } of flows) {
    const placed = placeFlow(flow, world, wallMs);
    const meeting = list.flatMap((policy, index) => (matchFlow(policy.match, placed, world).holds ? [index] : []));
    for (const index of meeting) met.add(index);
    if (meeting.length > 0) first.add(meeting[0]!);
  }
  return { met, first };
}

describe('what is said of policies', () => {
  it('is what happens to every flow that there can be', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(policies, (list) => {
        const analysis = new PolicyAnalysis(list, world);
        const { met, first } = bruteForce(list);
        for (const [index, { match: own, name }] of list.entries()) {
          if (Object.keys(own).length === 0) continue;
          const kinds = analysis.findings(index).map(({ kind }) => kind);
          const expected = met.has(index) ? (first.has(index) ? [] : ['shadowed']) : ['unreachable'];
          expect([name, kinds]).toEqual([name, expected]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

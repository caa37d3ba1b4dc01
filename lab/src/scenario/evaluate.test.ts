import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';
import type { Observations } from './observations.ts';
import type { Expectation, Moment } from './scenario.ts';
import { eventAt, quietRun, requestStory, runStartMs, tcpStory, udpStory } from './testing/index.ts';

const judge = (expectation: Expectation, seen: Partial<Observations>) =>
  evaluate({ expect: [expectation] }, quietRun(seen))[0]!;
const after = (step: string, offsetMs = 0): Moment => ({ step, offsetMs });

describe('an outage', () => {
  const streams = [udpStory('call', { cut: [3100, 3400] })];

  it('holds up to its bound and not beyond', () => {
    expect(judge({ check: 'outage', stream: 'call', maxMs: 300 }, { streams })).toEqual({
      holds: true,
      expected: 'call: longest outage ≤ 300 ms',
      found: '300 ms',
    });
    expect(judge({ check: 'outage', stream: 'call', maxMs: 299 }, { streams }).holds).toBe(false);
  });

  it('counts only within its window', () => {
    const verdict = judge({ check: 'outage', stream: 'call', maxMs: 0, after: after('cut', 1000) }, { streams });
    expect(verdict).toMatchObject({ holds: true, expected: 'call: longest outage ≤ 0 ms, after cut + 1 s' });
    expect(judge({ check: 'outage', stream: 'call', maxMs: 0, before: after('mended') }, { streams }).holds).toBe(
      false,
    );
  });

  it('does not hold for a stream that was not seen', () => {
    expect(judge({ check: 'outage', stream: 'call', maxMs: 1000 }, {})).toMatchObject({
      holds: false,
      found: 'no such stream',
    });
  });
});

describe('a window', () => {
  const streams = [udpStory('call', { cut: [3000, 3040] })];
  const lost = (window: object) =>
    judge({ check: 'lost_packets', stream: 'call', max: 0, ...window }, { streams }).found;

  it('begins with a step, or so long after its end', () => {
    expect(lost({ after: after('cut') })).toBe('4');
    expect(lost({ after: after('cut', 1) })).toBe('0');
  });

  it('ends with the beginning of a step', () => {
    expect(lost({ before: after('cut') })).toBe('1');
    expect(lost({ before: { step: null, offsetMs: 2990 } })).toBe('0');
  });
});

describe('loss', () => {
  const streams = [udpStory('call', { cut: [3100, 3400] })];

  it('is counted in packets sent within the window', () => {
    expect(judge({ check: 'lost_packets', stream: 'call', max: 0, before: after('cut') }, { streams }).holds).toBe(
      true,
    );
    expect(judge({ check: 'lost_packets', stream: 'call', max: 29, after: after('cut') }, { streams })).toMatchObject({
      holds: false,
      found: '30',
    });
  });

  it('is a share of those', () => {
    expect(judge({ check: 'loss', stream: 'call', maxPercent: 3 }, { streams }).holds).toBe(true);
    expect(judge({ check: 'loss', stream: 'call', maxPercent: 2.9 }, { streams })).toMatchObject({
      holds: false,
      found: '3.00 % of 1000 packets',
    });
  });

  it('is total where nothing was sent', () => {
    const later = { step: null, offsetMs: 20_000 };
    expect(judge({ check: 'loss', stream: 'call', maxPercent: 50, after: later }, { streams }).holds).toBe(false);
  });
});

it('delay is the median within the window', () => {
  const streams = [udpStory('call', { delayMs: (atMs) => (atMs < 3000 ? 20 : 200) })];
  expect(judge({ check: 'delay', stream: 'call', maxMs: 30, before: after('cut') }, { streams }).holds).toBe(true);
  expect(judge({ check: 'delay', stream: 'call', maxMs: 30, after: after('cut') }, { streams }).holds).toBe(false);
});

it('packets that are too slow are counted within the window', () => {
  const streams = [udpStory('call', { delayMs: (atMs) => (atMs < 3000 ? 20 : 200) })];
  const slow = { check: 'slow_packets', stream: 'call', overMs: 100, max: 0 } as const;
  expect(judge({ ...slow, before: { step: null, offsetMs: 2990 } }, { streams })).toMatchObject({
    holds: true,
    expected: 'call: no packets slower than 100 ms, before 2.99 s',
  });
  expect(judge({ ...slow, after: after('cut') }, { streams }).holds).toBe(false);
});

it('reordering is counted within the window', () => {
  const streams = [udpStory('call', { delayMs: (atMs) => (atMs < 3000 ? 60 : 20) })];
  expect(judge({ check: 'reordering', stream: 'call', max: 10 }, { streams })).toMatchObject({
    holds: true,
    found: '3',
  });
  expect(judge({ check: 'reordering', stream: 'call', max: 0 }, { streams }).holds).toBe(false);
  const later = { step: null, offsetMs: 4000 };
  expect(judge({ check: 'reordering', stream: 'call', max: 0, after: later }, { streams }).holds).toBe(true);
});

describe('a TCP stream', () => {
  it('survives, with a stall within its bound', () => {
    const streams = [tcpStory('bulk', [3000, 4200])];
    expect(judge({ check: 'tcp_survives', stream: 'bulk' }, { streams }).holds).toBe(true);
    expect(judge({ check: 'stall', stream: 'bulk', maxMs: 1200 }, { streams }).holds).toBe(true);
    expect(judge({ check: 'stall', stream: 'bulk', maxMs: 1100 }, { streams })).toMatchObject({
      holds: false,
      found: '1.2 s',
    });
  });

  it('does not survive an error, which is told', () => {
    const streams = [tcpStory('bulk', undefined, 'read ECONNRESET')];
    expect(judge({ check: 'tcp_survives', stream: 'bulk' }, { streams })).toMatchObject({
      holds: false,
      found: 'sender: read ECONNRESET',
    });
  });
});

describe('requests', () => {
  const streams = [requestStory('web', [3000, 3500])];

  it('may fail so often and take so long', () => {
    expect(judge({ check: 'failures', stream: 'web', max: 5 }, { streams }).holds).toBe(true);
    expect(judge({ check: 'failures', stream: 'web', max: 4 }, { streams }).holds).toBe(false);
    expect(judge({ check: 'failures', stream: 'web', max: 0, after: after('mended') }, { streams }).holds).toBe(true);
    expect(judge({ check: 'latency', stream: 'web', maxMs: 100 }, { streams }).holds).toBe(true);
  });
});

describe('the path of a policy', () => {
  const sample = (atMs: number, ...labels: string[]) => ({
    atMs: runStartMs + atMs,
    policy: 'voice',
    from: 'branch',
    to: 'hq',
    labels,
  });
  const uses = (label: string, window: object): Expectation => ({
    check: 'path',
    policy: 'voice',
    from: 'branch',
    to: 'hq',
    uses: [label],
    ...window,
  });
  const decisions = [sample(1000, 'mpls'), sample(2900, 'mpls'), sample(3500, 'broadband'), sample(7000, 'broadband')];

  it('must be right at every look within the window', () => {
    expect(judge(uses('mpls', { before: after('cut') }), { decisions }).holds).toBe(true);
    expect(judge(uses('broadband', { after: after('cut') }), { decisions }).holds).toBe(true);
    expect(judge(uses('mpls', {}), { decisions })).toMatchObject({
      holds: false,
      found: 'broadband 3.5 s after the start',
    });
  });

  it('must have been seen', () => {
    expect(judge(uses('mpls', { after: after('mended', 3000) }), { decisions })).toMatchObject({
      holds: false,
      found: 'never seen',
    });
  });

  it('is wrong where one of several labels is, or there is none', () => {
    expect(judge(uses('mpls', {}), { decisions: [sample(1000, 'mpls', 'lte')] }).holds).toBe(false);
    expect(judge(uses('mpls', {}), { decisions: [sample(1000)] })).toMatchObject({
      holds: false,
      found: 'no path 1 s after the start',
    });
  });
});

describe('an event', () => {
  const failover = {
    policy: 'voice',
    dest_site: 'hq',
    cause: 'mpls → mpls is down (3 probes in a row unanswered)',
    from: [{ label: 'mpls', path_id: 'a' }],
    to: [{ label: 'broadband', path_id: 'b' }],
    kernel_at: 5,
    outage_estimate_ms: null,
  };
  const events = [eventAt(3300, 'failover', failover), eventAt(3310, 'failover', { ...failover, dest_site: 'cloud' })];
  const expected = (parts: object): Expectation => ({ check: 'event', type: 'failover', min: 1, max: null, ...parts });

  it.each<[string, object, boolean]>([
    ['of its type', {}, true],
    ['of another type', { type: 'failback' }, false],
    ['of its site', { site: 'branch' }, true],
    ['of another site', { site: 'hq' }, false],
    ['with such metadata', { metadata: { policy: 'voice', to: [{ label: 'broadband' }] } }, true],
    ['with other metadata', { metadata: { to: [{ label: 'lte' }] } }, false],
    ['with more in a list', { metadata: { to: [{ label: 'broadband' }, { label: 'lte' }] } }, false],
    ['with such a cause', { cause: 'unanswered' }, true],
    ['with another cause', { cause: 'link down' }, false],
    ['with what must be there', { has: ['kernel_at'] }, true],
    ['with what is null', { has: ['outage_estimate_ms'] }, false],
    ['after a step', { after: after('cut') }, true],
    ['before a step', { before: after('cut') }, false],
    ['more often than allowed', { max: 1 }, false],
    ['as often as allowed', { metadata: { dest_site: 'hq' }, max: 1 }, true],
    ['less often than asked for', { min: 3 }, false],
    ['that must not be', { min: 0, max: 0 }, false],
    ['that must not be and was not', { type: 'failback', min: 0, max: 0 }, true],
  ])('%s', (_name, parts, holds) => expect(judge(expected(parts), { events }).holds).toBe(holds));

  it('that is missing is told with those that come near', () => {
    expect(judge(expected({ site: 'hq' }), { events })).toMatchObject({
      expected: 'at least 1 failover at hq',
      found: 'none; but 2: failover at branch; failover at branch',
    });
  });
});

describe('an order of events', () => {
  const events = [eventAt(1, 'path_down'), eventAt(2, 'uplink_down'), eventAt(3, 'failover'), eventAt(4, 'path_up')];
  const order = (...types: string[]): Expectation => ({
    check: 'event_order',
    events: types.map((type) => ({ type })),
  });

  it('lets others happen in between', () => {
    expect(judge(order('path_down', 'failover', 'path_up'), { events })).toMatchObject({ holds: true });
  });

  it('names the first that is missing in its place', () => {
    expect(judge(order('failover', 'path_down'), { events })).toMatchObject({
      holds: false,
      found: 'path_down is missing there',
    });
  });
});

describe('telemetry', () => {
  const times = (from: number, to: number) =>
    Array.from({ length: (to - from) / 1000 + 1 }, (_, index) => runStartMs + from + index * 1000);
  const path = (sourceLabel: string, timesMs: number[]) => ({
    from: 'branch',
    to: 'hq',
    sourceLabel,
    destLabel: sourceLabel,
    timesMs,
  });
  const expected: Expectation = { check: 'telemetry', from: 'branch', to: 'hq', maxGapMs: 2000 };

  it('must be there for every path, from end to end', () => {
    expect(judge(expected, { measurements: [path('mpls', times(0, 10_000))] }).holds).toBe(true);
    const measurements = [path('mpls', times(0, 10_000)), path('lte', times(0, 7000))];
    expect(judge(expected, { measurements })).toMatchObject({ holds: false, found: '3 s (lte → lte)' });
    expect(judge({ ...expected, endpoint: 'mpls' }, { measurements }).holds).toBe(true);
  });

  it('is missing where there is no path or no measurement', () => {
    expect(judge(expected, {}).holds).toBe(false);
    expect(judge(expected, { measurements: [path('mpls', [])] }).holds).toBe(false);
  });
});

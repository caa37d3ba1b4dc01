import { describe, expect, it } from 'vitest';
import type { ScenarioReport } from '../report.ts';
import { eventAt, quietRun, requestStory, runStartMs, tcpStory, udpStory } from '../testing/index.ts';
import { marksOf, placeMarks } from './marks.ts';
import { plotReport } from './plot-report.ts';
import { linear, ticks } from './scale.ts';

const report = (parts: Parameters<typeof quietRun>[0]): ScenarioReport => ({
  scenario: {
    name: 'trial',
    description: 'loss < 1 % & "delay"',
    durationMs: 10_000,
    settleMs: 0,
    before: [],
    streams: [],
    steps: [],
    expect: [],
  },
  observations: quietRun(parts),
  verdicts: [],
  holds: true,
});

/** Every element is closed, and text is escaped: enough of XML to catch a broken picture. */
function isWellFormed(svg: string): boolean {
  const open: string[] = [];
  for (const [, closing, name, selfClosing] of svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
    if (closing === '/') {
      if (open.pop() !== name) return false;
    } else if (selfClosing !== '/') open.push(name!);
  }
  return open.length === 0 && !svg.replaceAll(/<[^<>]*>/g, '').includes('<') && !/&(?!amp;|lt;|gt;|quot;)/.test(svg);
}

describe('the plot of a run', () => {
  const streams = [
    udpStory('call', { cut: [3100, 3400] }),
    tcpStory('bulk', [3000, 4000]),
    requestStory('web', [3000, 3500]),
  ];
  const svg = plotReport(report({ streams, events: [eventAt(3350, 'failover', { policy: 'voice' })] }));

  it('is a well-formed picture 900 px wide', () => {
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 900 \d+(\.\d+)?"/);
    expect(isWellFormed(svg)).toBe(true);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('names the streams, the steps and the moves of traffic', () => {
    for (const text of [
      'call (udp',
      'bulk (tcp',
      'web (request',
      '>silently break branch mpls<',
      '>failover voice at branch<',
    ]) {
      expect(svg).toContain(text);
    }
  });

  it('shows loss where it happened', () => {
    const bars = [...svg.matchAll(/<rect x="([\d.]+)"[^>]*fill="#d64545"/g)].map(([, x]) => Number(x));
    const at = (ms: number) => 58 + (ms / 10_000) * (876 - 58);
    expect(bars).toHaveLength(3);
    expect(bars[0]).toBeCloseTo(at(3100), 0);
  });

  it('shows nothing of the time before the run and after it', () => {
    const late = report({ streams, startedMs: runStartMs + 5000, endedMs: runStartMs + 8000, steps: [] });
    const places = [...plotReport(late).matchAll(/(?:\bx|cx)="([\d.-]+)"/g)].map(([, x]) => Number(x));
    expect(Math.min(...places)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...places)).toBeLessThanOrEqual(880);
  });

  it('can be drawn of a run in which nothing arrived', () => {
    const empty = plotReport(report({ streams: [udpStory('call', { cut: [0, 20_000] })], steps: [] }));
    expect(empty).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('marks', () => {
  it('take moves of traffic at the same time as one', () => {
    const move = (atMs: number, policy: string, site: string) => eventAt(atMs, 'failover', { policy }, site);
    const marks = marksOf({
      steps: [],
      events: [
        move(3300, 'voice', 'branch'),
        move(3310, 'default', 'branch'),
        move(3350, 'voice', 'hq'),
        move(9000, 'voice', 'hq'),
      ],
    });
    expect(marks.map(({ timeMs, text }) => [timeMs - runStartMs, text])).toEqual([
      [3300, 'failover voice, default at branch, hq'],
      [9000, 'failover voice at hq'],
    ]);
  });

  it('stand where the kernel moved the traffic, if that is known', () => {
    const event = eventAt(3300, 'failover', { policy: 'voice', kernel_at: runStartMs + 3290 });
    expect(marksOf({ steps: [], events: [event] })[0]!.timeMs).toBe(runStartMs + 3290);
  });

  it('have labels that do not cover each other and stay in the picture', () => {
    const marks = [100, 120, 9900].map((timeMs) => ({ timeMs, kind: 'step' as const, text: 'break branch mpls' }));
    const placed = placeMarks(marks, linear(0, 10_000, 58, 876));
    expect(placed.map(({ row, leftwards }) => [row, leftwards])).toEqual([
      [0, false],
      [1, false],
      [0, true],
    ]);
  });
});

it.each([
  [10, 5, [0, 2, 4, 6, 8, 10]],
  [0.7, 4, [0, 0.2, 0.4, 0.6, 0.8]],
  [33, 4, [0, 10, 20, 30, 40]],
])('ticks up to %d are round', (max, wanted, expected) => expect(ticks(max, wanted)).toEqual(expected));

import { VirtualTime } from '@patronus/testkit';
import { describe, expect, it } from 'vitest';
import type { RunningStream } from '../traffic/index.ts';
import type { ObservedDecision, ObservedPath, ScenarioLab } from './ports.ts';
import { renderReport } from './report.ts';
import { runOnLab } from './run.ts';
import { sleep } from './run-time.ts';
import type { Scenario, StepAction } from './scenario.ts';
import { eventAt, udpStory } from './testing/index.ts';

const scenario: Scenario = {
  name: 'trial',
  description: 'a trial',
  durationMs: 10_000,
  settleMs: 3000,
  before: [{ policy: 'voice', from: 'branch', to: 'hq', uses: ['mpls'] }],
  streams: [udpStory('call').stream],
  steps: [
    {
      name: 'cut',
      atMs: 2000,
      action: { do: 'break', site: 'branch', endpoint: 'mpls', direction: 'both', silent: true },
    },
    { name: 'kill', atMs: 4000, action: { do: 'kill', program: 'controller' } },
  ],
  expect: [
    { check: 'path', policy: 'voice', from: 'branch', to: 'hq', uses: ['mpls'], before: { step: 'cut', offsetMs: 0 } },
    { check: 'path', policy: 'voice', from: 'branch', to: 'hq', uses: ['lte'], after: { step: 'cut', offsetMs: 500 } },
  ],
};

/** A lab of one path that does as it is told, and writes down when. */
class FakeLab implements ScenarioLab {
  readonly plan = { sites: [], lines: [] };
  readonly log: string[] = [];
  readonly time = new VirtualTime();
  readonly startMs = this.time.wall();
  health = 'up';
  label = 'mpls';
  failing = '';
  eventDelayMs = 0;
  startTakesMs = 0;

  note(text: string): void {
    this.log.push(`${((this.time.wall() - this.startMs) / 1000).toFixed(1)} ${text}`);
  }

  async startStream(): Promise<RunningStream> {
    this.note('start');
    return {
      stream: scenario.streams[0]!,
      stop: async () => {
        this.note('stop');
        return udpStory('call');
      },
      abandon: async () => this.note('abandon'),
    };
  }

  async act(action: StepAction): Promise<void> {
    this.note(action.do);
    if (action.do === this.failing) throw new Error(`cannot ${action.do}`);
    if (action.do === 'break') this.label = 'lte';
    if (action.do === 'start') await sleep(this.time, 'start', this.startTakesMs);
  }

  async restore(): Promise<void> {
    this.note('restore');
  }

  async paths(): Promise<ObservedPath[]> {
    const sites = { source_site: 'branch', dest_site: 'hq', source_label: 'mpls', dest_label: 'mpls' };
    return [{ id: 'p', ...sites, health_status: this.health, since: this.startMs - 1000, stale: false }];
  }

  async decisions(): Promise<ObservedDecision[]> {
    return [{ policy: 'voice', from: 'branch', to: 'hq', labels: [this.label] }];
  }

  async events(sinceMs: number) {
    const failover = { ...eventAt(0, 'failover'), timestamp: this.startMs + 5000 };
    const isTold = this.time.wall() - this.startMs >= this.eventDelayMs;
    return isTold && failover.timestamp >= sinceMs ? [failover] : [];
  }

  async measuredTimes(): Promise<number[]> {
    return [];
  }

  async run(trial: Scenario = scenario) {
    const run = runOnLab(this, trial, () => undefined, this.time);
    run.catch(() => undefined);
    await this.time.advance(120_000);
    return run;
  }
}

describe('a run', () => {
  it('waits until paths have settled, acts on time, and restores the lab', async () => {
    const lab = new FakeLab();
    const report = await lab.run();
    expect(lab.log).toEqual(['0.0 restore', '2.1 start', '4.1 break', '6.1 kill', '12.1 stop', '14.6 restore']);
    expect(report.holds).toBe(true);
    expect(lab.time.waiting()).toEqual([]);
    expect(renderReport(report)).toMatch(/^PASS {2}trial: a trial\n.*2\.00 s {2}silently break branch mpls\n/);
  });

  it('waits until traffic has stayed where it is for as long as the scenario wants', async () => {
    const lab = new FakeLab();
    await lab.run({ ...scenario, undisturbedMs: 30_000, expect: [] });
    expect(lab.log.slice(0, 2)).toEqual(['0.0 restore', '35.1 start']);
  });

  it('holds its schedule while a program starts', async () => {
    const lab = new FakeLab();
    lab.startTakesMs = 7000;
    const start = { name: 'start', atMs: 5000, action: { do: 'start', program: 'controller' } } as const;
    const cut = { ...scenario.steps[0]!, atMs: 6000 };
    await lab.run({ ...scenario, steps: [start, cut], expect: [] });
    expect(lab.log).toEqual(['0.0 restore', '2.1 start', '7.1 start', '15.1 break', '19.1 stop', '21.6 restore']);
  });

  it('fails where an expectation does not hold, after waiting for what may still arrive', async () => {
    const lab = new FakeLab();
    const expected = { check: 'path', policy: 'voice', from: 'branch', to: 'hq', uses: ['mpls'] } as const;
    const report = await lab.run({ ...scenario, expect: [expected] });
    expect(report.holds).toBe(false);
    expect(report.verdicts[0]!.found).toContain('lte');
    expect(lab.log.at(-1)).toBe('24.6 restore');
  });

  it('waits for events that are told late', async () => {
    const lab = new FakeLab();
    lab.eventDelayMs = 18_000;
    const report = await lab.run({ ...scenario, expect: [{ check: 'event', type: 'failover', min: 1, max: 1 }] });
    expect(report.holds).toBe(true);
    expect(lab.log.at(-1)).toBe('18.1 restore');
  });

  it('does not start on a lab that does not become steady, and says why', async () => {
    const lab = new FakeLab();
    lab.health = 'down';
    await expect(lab.run()).rejects.toThrow('the lab does not become steady: branch/mpls → hq/mpls is down');
    expect(lab.log).toEqual(['0.0 restore', '90.0 restore']);
  });

  it('does not start where traffic goes another way', async () => {
    const lab = new FakeLab();
    lab.label = 'lte';
    await expect(lab.run()).rejects.toThrow('voice branch → hq uses lte, not mpls');
  });

  it('stops the streams and restores the lab when a step fails', async () => {
    const lab = new FakeLab();
    lab.failing = 'kill';
    await expect(lab.run()).rejects.toThrow('cannot kill');
    expect(lab.log.slice(-2)).toEqual(['6.1 abandon', '6.3 restore']);
  });
});

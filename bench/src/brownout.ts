import { setTimeout as delay } from 'node:timers/promises';
import { median, PatronusError, percentile, probeProfiles, type ProbeProfile } from '@patronus/core';
import {
  awaitSteadyState,
  resilienceTopologyFile,
  scenarioLab,
  systemTime,
  type ControllerApi,
  type ObservedEvent,
  type RunningStream,
  type ScenarioLab,
  type StepAction,
  type UdpResult,
} from '@patronus/lab';
import { profileTuning } from '@patronus/policy';
import type { Bench } from './bench-line.ts';
import { allApplied, say, setProfile, withBenchLab, type SiteItem } from './bench-lab.ts';

/** 1,120 packets a second, the least traffic for which figures are promised. */
const packetsPerSecond = 1_120;
/** Brownouts of each kind, per profile: those that are probed seldom also take long to trust a line again. */
const trials: Readonly<Record<ProbeProfile, number>> = { fast: 10, default: 6, metered: 2 };
const leadMs = 1_500;
/** Between one probe of the slowest profile and the next. */
const phaseMs: Readonly<Record<ProbeProfile, number>> = { fast: 20, default: 200, metered: 1_000 };
const deadlineMs: Readonly<Record<ProbeProfile, number>> = { fast: 5_000, default: 10_000, metered: 60_000 };
const appliedDeadlineMs = 10_000;

type Report = Parameters<Bench['run']>[0];

/** A kind of brownout: what is done to the line, the policy that minds, and its bound. */
interface Kind {
  readonly name: string;
  readonly policy: string;
  readonly port: number;
  readonly bound: readonly [name: string, value: number];
  readonly worse: Partial<Extract<StepAction, { do: 'impair' }>>;
}

const kinds: readonly Kind[] = [
  {
    name: 'loss 5 % against 1 %',
    policy: 'lossy',
    port: 21_001,
    bound: ['max_loss_percent', 1],
    worse: { lossPercent: 5 },
  },
  {
    name: 'loss 5 % against 2 %',
    policy: 'lossy',
    port: 21_001,
    bound: ['max_loss_percent', 2],
    worse: { lossPercent: 5 },
  },
  {
    name: 'delay 270 ms against 200 ms',
    policy: 'slow',
    port: 21_002,
    bound: ['max_delay_ms', 200],
    worse: { delayMs: 260 },
  },
  {
    name: 'jitter of ± 100 ms against 50 ms',
    policy: 'jittery',
    port: 21_003,
    bound: ['max_jitter_ms', 50],
    worse: { delayMs: 110, jitterMs: 100 },
  },
  {
    name: 'reordering 5 % against 2 %',
    policy: 'overtaken',
    port: 21_004,
    bound: ['max_reordering_percent', 2],
    worse: { reorderPercent: 5 },
  },
  {
    name: 'duplication 5 % against 2 %',
    policy: 'doubled',
    port: 21_005,
    bound: ['max_duplication_percent', 2],
    worse: { duplicatePercent: 5 },
  },
];

/** Profiles of this run: all, or those that PATRONUS_BENCH_PROFILES names. */
const wanted = (): ProbeProfile[] => {
  const named = process.env['PATRONUS_BENCH_PROFILES']?.split(',');
  return probeProfiles.filter((profile) => named === undefined || named.includes(profile));
};

const isWanted = ({ name }: Kind): boolean => name.startsWith(process.env['PATRONUS_BENCH_KIND'] ?? '');

export const bench: Bench = {
  about: `brownout: how soon traffic leaves a line that worsens, per kind and profile (PATRONUS_BENCH_PROFILES=fast and PATRONUS_BENCH_KIND=loss for less), ${packetsPerSecond} packets/s`,
  run: (report) =>
    withBenchLab(async (dataDir, api) => {
      const lab = scenarioLab(dataDir);
      for (const profile of wanted()) {
        await setProfile(api, profile);
        for (const kind of kinds.filter(isWanted)) await benchKind(lab, api, profile, kind, report);
      }
    }, resilienceTopologyFile),
};

async function benchKind(
  lab: ScenarioLab,
  api: ControllerApi,
  profile: ProbeProfile,
  kind: Kind,
  report: Report,
): Promise<void> {
  const moved: number[] = [];
  let missed = 0;
  for (let trial = 1; trial <= trials[profile]; trial++) {
    await renewBound(api, kind, trial);
    await steady(lab, profile, kind);
    const tookMs = await brownOut(lab, profile, kind);
    if (tookMs === null) missed++;
    else moved.push(tookMs);
    say(
      `${profile}, ${kind.name}, ${trial}/${trials[profile]}: ${tookMs === null ? 'not seen' : `${tookMs.toFixed(0)} ms`}`,
    );
  }
  const named = `brownout to kernel, ${kind.name}, ${profile} profile`;
  if (moved.length > 0) {
    report({ metric: `${named}, median`, value: median(moved), unit: 'ms', samples: moved.length });
    report({ metric: `${named}, largest`, value: percentile(moved, 1), unit: 'ms', samples: moved.length });
  }
  if (missed > 0)
    report({ metric: `${named}, not seen`, value: missed, unit: `of ${trials[profile]}`, samples: missed });
}

/** A bound that no trial had before: what was learned of a line under another does not count. */
async function renewBound(api: ControllerApi, { policy, bound: [name, value] }: Kind, trial: number): Promise<void> {
  const found = (await api.list<{ id: number; name: string }>('/policies')).find((each) => each.name === policy);
  const bound = Number((value * (1 + trial / 1_000)).toFixed(4));
  const action = { type: 'steer', prefer: ['mpls'], sla: { [name]: bound } };
  await api.request('PATCH', `/policies/${found!.id}`, { action });
  const giveUpMs = Date.now() + appliedDeadlineMs;
  while (!allApplied(await api.list<SiteItem>('/sites'))) {
    if (Date.now() > giveUpMs) throw new PatronusError('timeout', `the sites do not take over the policy ${policy}`);
    await delay(100);
  }
}

/** From the change of the line to the kernel's having moved its traffic, ms; null where it did not in time. */
async function brownOut(lab: ScenarioLab, profile: ProbeProfile, kind: Kind): Promise<number | null> {
  const running = await lab.startStream({
    name: 'data',
    kind: 'udp',
    from: { site: 'branch' },
    to: { site: 'hq' },
    port: kind.port,
    rate: packetsPerSecond,
    bytes: 172,
    dscp: 0,
    flows: 8,
  });
  try {
    await delay(leadMs + Math.random() * phaseMs[profile]);
    await lab.act({ do: 'impair', site: 'branch', endpoint: 'mpls', direction: 'out', ...kind.worse });
    const worseMs = Date.now();
    const move = await failover(lab, kind, worseMs, worseMs + deadlineMs[profile]);
    await lab.act({ do: 'heal' });
    await checkTraffic(running);
    return move === null ? null : (move.metadata['kernel_at'] as number) - worseMs;
  } catch (error) {
    await running.abandon();
    throw error;
  } finally {
    await lab.act({ do: 'heal' });
  }
}

async function checkTraffic(running: RunningStream): Promise<void> {
  const { sent, pausedMs } = (await running.stop()).result as UdpResult;
  if (sent === 0 || pausedMs > 100)
    say(`the sender stood still for ${pausedMs.toFixed(0)} ms; the machine is too busy`);
}

async function failover(
  lab: ScenarioLab,
  kind: Kind,
  sinceMs: number,
  giveUpMs: number,
): Promise<ObservedEvent | null> {
  for (;;) {
    const found = (await lab.events(sinceMs)).find(
      ({ event_type: type, site, metadata }) =>
        type === 'failover' &&
        site === 'branch' &&
        metadata['policy'] === kind.policy &&
        metadata['dest_site'] === 'hq',
    );
    if (found !== undefined) return found;
    if (Date.now() > giveUpMs) return null;
    await delay(100);
  }
}

const steady = (lab: ScenarioLab, profile: ProbeProfile, { policy }: Kind): Promise<void> =>
  awaitSteadyState(
    lab,
    {
      settleMs: Math.min(profileTuning[profile].path.stableAfterMs, 20_000) + 500,
      before: [{ policy, from: 'branch', to: 'hq', uses: ['mpls'] }],
    },
    () => undefined,
    systemTime,
  );

import { setTimeout as delay } from 'node:timers/promises';
import { median, PatronusError, percentile, type ProbeProfile } from '@patronus/core';
import {
  awaitSteadyState,
  scenarioLab,
  systemTime,
  type ControllerApi,
  type ObservedEvent,
  type RunningStream,
  type ScenarioLab,
  type TcpResult,
  type UdpResult,
  type UdpStream,
} from '@patronus/lab';
import { profileTuning } from '@patronus/policy';
import type { Bench } from './bench-line.ts';
import { say, setProfile, withBenchLab } from './bench-lab.ts';

const profiles = ['default', 'fast', 'metered'] as const satisfies readonly ProbeProfile[];
/** A metered line is trusted again, and counts as never cut, only after minutes. */
const cutsOf: Readonly<Record<ProbeProfile, number>> = { default: 30, fast: 30, metered: 3 };
const packetsPerSecond = 1000;
/** Streams run so long before a cut; the cut then falls anywhere within a probe interval of the slowest profile. */
const leadMs = 700;
const phaseMs = 300;
/** After a cut: the longest figure is 350 ms, and what comes after it must be seen too. */
const watchMs = 1500;
const eventDeadlineMs = 15_000;

type Report = Parameters<Bench['run']>[0];
type Direction = 'out' | 'back';

/** What one cut of branch's line did to one direction. Times in ms. */
interface Cut {
  /** Between the last packet before and the first after as they arrive, so that a longer way counts too (RFC 6414, time-based loss). */
  readonly outageMs: number;
  /** What the packets lost amount to at their rate (RFC 6414, packet-loss-based). */
  readonly lostMs: number;
  readonly toDecisionMs: number;
  readonly toKernelMs: number;
}

const streams: Readonly<Record<Direction, UdpStream>> = {
  out: voice('call', 'branch', 'hq', 16_400),
  back: voice('call-back', 'hq', 'branch', 16_402),
};

export const bench: Bench = {
  about: `failover: ${cutsOf.default} silent blackouts per probe profile (${cutsOf.metered} of metered lines), ${packetsPerSecond} packets/s from LAN to LAN`,
  parts: profiles,
  run: (report, part) =>
    withBenchLab(async (dataDir, api) => {
      const lab = scenarioLab(dataDir);
      await addSessionPolicy(api);
      for (const profile of profiles) {
        if (part === undefined || part === profile) await benchProfile(lab, api, profile, report);
      }
    }),
};

async function benchProfile(
  lab: ScenarioLab,
  api: ControllerApi,
  profile: ProbeProfile,
  report: Report,
): Promise<void> {
  const cuts = cutsOf[profile];
  await setProfile(api, profile);
  const found: Record<Direction, Cut[]> = { out: [], back: [] };
  const session = await lab.startStream({
    name: 'session',
    kind: 'tcp',
    from: { site: 'branch' },
    to: { site: 'hq' },
    port: sessionPort,
    rateBps: 1e6,
  });
  try {
    for (let cut = 1; cut <= cuts; cut++) {
      await steady(lab, profile);
      const { out, back } = await cutOnce(lab);
      found.out.push(out);
      found.back.push(back);
      say(`${profile} ${cut}/${cuts}: ${out.outageMs.toFixed(0)} ms out, ${back.outageMs.toFixed(0)} ms back`);
    }
  } catch (error) {
    await session.abandon();
    throw error;
  }
  reportCuts(report, profile, found);
  reportSession(report, profile, (await session.stop()).result as TcpResult);
}

const figures: readonly (readonly [string, (cut: Cut) => number])[] = [
  ['data outage', ({ outageMs }) => outageMs],
  ['packets lost, in ms of them', ({ lostMs }) => lostMs],
  ['last good packet to decision', ({ toDecisionMs }) => toDecisionMs],
  ['decision to kernel', ({ toKernelMs }) => toKernelMs],
];

function reportCuts(report: Report, profile: ProbeProfile, found: Record<Direction, Cut[]>): void {
  const figure = (metric: string, values: readonly number[], direction: Direction): void => {
    const towards = direction === 'out' ? 'out over the cut line' : 'in over the cut line';
    const named = `${metric}, ${towards}, ${profile} profile`;
    report({ metric: `${named}, median`, value: median(values), unit: 'ms', samples: values.length });
    report({ metric: `${named}, p99`, value: percentile(values, 0.99), unit: 'ms', samples: values.length });
  };
  for (const direction of ['out', 'back'] as const) {
    for (const [metric, of] of figures) figure(metric, found[direction].map(of), direction);
  }
}

function reportSession(report: Report, profile: ProbeProfile, session: TcpResult): void {
  if (!session.survived) say(`the TCP session did not survive: ${session.failure}`);
  report({
    metric: `TCP sessions that survived ${cutsOf[profile]} cuts, ${profile} profile`,
    value: session.survived ? 1 : 0,
    unit: 'of 1',
    samples: cutsOf[profile],
  });
  report({
    metric: `longest TCP stall, ${profile} profile`,
    value: session.longestStallMs,
    unit: 'ms',
    samples: cutsOf[profile],
  });
}

/** Cuts branch's line both ways at some moment, and mends it again. */
async function cutOnce(lab: ScenarioLab): Promise<Record<Direction, Cut>> {
  const running: RunningStream[] = [];
  try {
    for (const stream of [streams.out, streams.back]) running.push(await lab.startStream(stream));
    await delay(leadMs + Math.random() * phaseMs);
    const cutMs = Date.now();
    await lab.act({ do: 'break', site: 'branch', endpoint: 'mpls', direction: 'both', silent: true });
    await delay(watchMs);
    const [out, back] = await Promise.all(running.map(async (stream) => (await stream.stop()).result as UdpResult));
    // where the cut took the way to the controller as well, events come when it is back
    await lab.act({ do: 'heal' });
    return {
      out: judge(out!, await failoverOf(lab, 'branch', 'hq', cutMs)),
      back: judge(back!, await failoverOf(lab, 'hq', 'branch', cutMs)),
    };
  } catch (error) {
    await Promise.all(running.map((stream) => stream.abandon()));
    throw error;
  } finally {
    await lab.act({ do: 'heal' });
  }
}

function judge(result: UdpResult, failover: ObservedEvent): Cut {
  const outage = result.outages.toSorted((a, b) => b.durationMs - a.durationMs)[0];
  if (outage === undefined) throw new PatronusError('internal', 'the cut line lost no packet');
  const { decided_at: decidedMs, kernel_at: kernelMs } = failover.metadata as { decided_at: number; kernel_at: number };
  return {
    outageMs: outage.durationMs,
    lostMs: (outage.lostPackets * 1000) / packetsPerSecond,
    toDecisionMs: decidedMs - outage.lastSentMs,
    toKernelMs: kernelMs - decidedMs,
  };
}

async function failoverOf(lab: ScenarioLab, site: string, towards: string, sinceMs: number): Promise<ObservedEvent> {
  const giveUpMs = Date.now() + eventDeadlineMs;
  for (;;) {
    const found = (await lab.events(sinceMs)).find(
      ({ event_type: type, site: at, metadata }) =>
        type === 'failover' && at === site && metadata['policy'] === 'voice' && metadata['dest_site'] === towards,
    );
    if (found !== undefined) return found;
    if (Date.now() > giveUpMs) throw new PatronusError('timeout', `${site} told of no failover towards ${towards}`);
    await delay(200);
  }
}

/** Calls are back on the line, and the cut before is so long ago that the next one counts as the first. */
const steady = (lab: ScenarioLab, profile: ProbeProfile): Promise<void> =>
  awaitSteadyState(
    lab,
    {
      settleMs: profileTuning[profile].path.stableAfterMs + 500,
      before: [
        { policy: 'voice', from: 'branch', to: 'hq', uses: ['mpls'] },
        { policy: 'voice', from: 'hq', to: 'branch', uses: ['mpls'] },
        { policy: sessionPolicy, from: 'branch', to: 'hq', uses: ['mpls'] },
      ],
    },
    () => undefined,
    systemTime,
  );

const sessionPolicy = 'session';
const sessionPort = 5300;

/** A TCP session that every cut meets: it prefers the line that is cut. */
async function addSessionPolicy(api: ControllerApi): Promise<void> {
  await api.request('POST', '/policies', {
    name: sessionPolicy,
    priority: 150,
    match_conditions: { protocol: 'tcp', destination_ports: [{ from: sessionPort, to: sessionPort }] },
    action: { type: 'steer', prefer: ['mpls'] },
  });
}

function voice(name: string, from: string, to: string, port: number): UdpStream {
  const hosts = { from: { site: from }, to: { site: to } };
  return { name, kind: 'udp', ...hosts, port, rate: packetsPerSecond, bytes: 172, dscp: 46 };
}

import { PatronusError } from '@patronus/core';
import type { ObservedDecision, ObservedPath, ScenarioLab } from './ports.ts';
import { sleep, type RunTime } from './run-time.ts';
import type { Scenario } from './scenario.ts';

/** A line that flapped in the run before is trusted again after up to a minute. */
const deadlineMs = 90_000;
const lookEveryMs = 300;
/** Events of traffic that moves. */
const moving: ReadonlySet<string> = new Set(['failover', 'failback']);

/** What a scenario says of the state that it begins with. */
type Beginning = Pick<Scenario, 'settleMs' | 'undisturbedMs' | 'before'>;

/**
 * Waits until every path has been up for the scenario's settling time, traffic goes where the scenario wants it first, and has
 * gone there for as long as it wants.
 * @throws PatronusError `timeout`, naming what is not as it should be.
 */
export async function awaitSteadyState(
  lab: Pick<ScenarioLab, 'paths' | 'decisions' | 'events'>,
  scenario: Beginning,
  progress: (step: string) => void,
  time: RunTime,
): Promise<void> {
  const giveUpMs = time.wall() + deadlineMs;
  for (;;) {
    const unsteady = unsteadiness(await lab.paths(), await lab.decisions(), scenario, time.wall());
    if (unsteady.length === 0) unsteady.push(...(await movedLately(lab, scenario, time.wall())));
    if (unsteady.length === 0) return;
    progress(`waiting for a steady state: ${unsteady[0]}`);
    if (time.wall() >= giveUpMs)
      throw new PatronusError('timeout', `the lab does not become steady: ${unsteady.join(', ')}`);
    await sleep(time, 'look for a steady state', lookEveryMs);
  }
}

async function movedLately(
  lab: Pick<ScenarioLab, 'events'>,
  { undisturbedMs }: Beginning,
  nowMs: number,
): Promise<string[]> {
  if (undisturbedMs === undefined) return [];
  const moves = (await lab.events(nowMs - undisturbedMs)).filter(({ event_type: type }) => moving.has(type));
  return moves.slice(0, 1).map(({ message }) => `too short a time ago, ${message}`);
}

/** What keeps a scenario from starting. */
export function unsteadiness(
  paths: readonly ObservedPath[],
  decisions: readonly ObservedDecision[],
  { settleMs, before }: Beginning,
  nowMs: number,
): string[] {
  const unfit = paths.flatMap((path) => {
    const name = `${path.source_site}/${path.source_label} → ${path.dest_site}/${path.dest_label}`;
    if (path.stale) return [`${name} is not reported`];
    if (path.health_status !== 'up') return [`${name} is ${path.health_status}`];
    return path.since !== null && nowMs - path.since < settleMs ? [`${name} is up for too short a time`] : [];
  });
  const astray = before.flatMap(({ policy, from, to, uses }) => {
    const decision = decisions.find((each) => each.policy === policy && each.from === from && each.to === to);
    if (decision === undefined) return [`there is no decision for ${policy} ${from} → ${to}`];
    const { labels } = decision;
    const fits = labels.length > 0 && labels.every((label) => uses.includes(label));
    return fits
      ? []
      : [`${policy} ${from} → ${to} uses ${labels.join(' and ') || 'no path'}, not ${uses.join(' or ')}`];
  });
  return paths.length === 0 ? ['there are no paths'] : [...unfit, ...astray];
}

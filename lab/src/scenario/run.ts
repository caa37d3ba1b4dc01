import type { RunningStream, StreamResult } from '../traffic/index.ts';
import { DecisionLog } from './decision-log.ts';
import { evaluate } from './evaluate.ts';
import type { Measurements, Observations, StepRun } from './observations.ts';
import type { ScenarioLab } from './ports.ts';
import { sleep, systemTime, type RunTime } from './run-time.ts';
import { describeAction, type Scenario } from './scenario.ts';
import { awaitSteadyState } from './steady-state.ts';
import type { ScenarioReport } from './report.ts';

/** Edges report about once a second: what happened in a run's last moment is with the controller after this. */
const reportDelayMs = 2_500;
/** An edge that met its controller again late still delivers what it kept; it takes a few round trips. */
const deliveryDeadlineMs = 12_000;
const lookAgainMs = 500;

/**
 * Runs one scenario on a lab that is up: waits for a steady state, sends the streams, does the steps at their times, and
 * judges what was seen. The lab is restored afterwards, also after a failure.
 * @throws PatronusError when the lab does not become steady or a step or stream cannot be carried out.
 */
export async function runOnLab(
  lab: ScenarioLab,
  scenario: Scenario,
  progress: (step: string) => void,
  time: RunTime = systemTime,
): Promise<ScenarioReport> {
  try {
    progress('restoring the lab');
    await lab.restore();
    await awaitSteadyState(lab, scenario, progress, time);
    const observed = await carryOut(lab, scenario, progress, time);
    progress('collecting what was seen');
    const { observations, verdicts } = await collect(lab, scenario, observed, time);
    return { scenario, observations, verdicts, holds: verdicts.every((verdict) => verdict.holds) };
  } finally {
    await lab.restore();
  }
}

type Run = Omit<Observations, 'events' | 'measurements'>;

async function carryOut(
  lab: ScenarioLab,
  scenario: Scenario,
  progress: (step: string) => void,
  time: RunTime,
): Promise<Run> {
  const decisions = new DecisionLog(lab, time);
  const running: RunningStream[] = [];
  try {
    progress('starting the streams');
    for (const stream of scenario.streams) running.push(await lab.startStream(stream));
    const startedMs = time.wall();
    decisions.start();
    const steps = await takeSteps(lab, scenario, startedMs, progress, time);
    await untilWall(time, startedMs + scenario.durationMs + heldMs(steps));
    const endedMs = time.wall();
    const [samples, streams] = await Promise.all([
      decisions.stop(),
      Promise.all(running.map((stream): Promise<StreamResult> => stream.stop())),
    ]);
    return { startedMs, endedMs, steps, streams, decisions: samples };
  } catch (error) {
    await Promise.all([decisions.stop(), ...running.map((stream) => stream.abandon())]);
    throw error;
  }
}

async function takeSteps(
  lab: ScenarioLab,
  scenario: Scenario,
  startMs: number,
  progress: (step: string) => void,
  time: RunTime,
): Promise<StepRun[]> {
  const runs: StepRun[] = [];
  for (const { name, atMs, action } of scenario.steps) {
    await untilWall(time, startMs + atMs + heldMs(runs));
    const text = describeAction(action);
    progress(text);
    const startedMs = time.wall();
    await lab.act(action);
    const holds = action.do === 'start' || action.do === 'restart';
    runs.push({ name, text, startedMs, endedMs: time.wall(), holds });
  }
  return runs;
}

/** How long the schedule stood still while programs were starting: that depends on the machine, not on the network. */
const heldMs = (steps: readonly StepRun[]): number =>
  steps.filter(({ holds }) => holds).reduce((sum, { startedMs, endedMs }) => sum + endedMs - startedMs, 0);

const untilWall = (time: RunTime, wallMs: number): Promise<void> => sleep(time, 'next step', wallMs - time.wall());

/** Asks for events and measurements until the expectations hold or nothing more can be on its way. */
async function collect(
  lab: ScenarioLab,
  scenario: Scenario,
  run: Run,
  time: RunTime,
): Promise<{ observations: Observations; verdicts: ReturnType<typeof evaluate> }> {
  await untilWall(time, run.endedMs + reportDelayMs);
  for (;;) {
    const events = (await lab.events(run.startedMs)).filter((event) => event.timestamp <= run.endedMs);
    const observations = { ...run, events, measurements: await measurements(lab, scenario, run) };
    const verdicts = evaluate(scenario, observations);
    const over = time.wall() > run.endedMs + deliveryDeadlineMs;
    if (over || verdicts.every((verdict) => verdict.holds)) return { observations, verdicts };
    await sleep(time, 'look again', lookAgainMs);
  }
}

/** Of the paths that an expectation asks for. */
async function measurements(lab: ScenarioLab, scenario: Scenario, run: Run): Promise<Measurements[]> {
  const wanted = scenario.expect.filter((expectation) => expectation.check === 'telemetry');
  if (wanted.length === 0) return [];
  const paths = (await lab.paths()).filter((path) =>
    wanted.some(({ from, to }) => from === path.source_site && to === path.dest_site),
  );
  return await Promise.all(
    paths.map(async (path) => ({
      from: path.source_site,
      to: path.dest_site,
      sourceLabel: path.source_label,
      destLabel: path.dest_label,
      timesMs: await lab.measuredTimes(path.id, run.startedMs, run.endedMs),
    })),
  );
}

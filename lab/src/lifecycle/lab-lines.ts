import { InvalidInputError } from '@patronus/core';
import { runIn, runScript } from '../machine/index.ts';
import { ipBatch, lineRules } from '../network/index.ts';
import { plannedImpairment, type LinePlan } from '../topology/index.ts';
import {
  impairmentKinds,
  lineDirections,
  type Impairment,
  type LineDirection,
  type LineSetting,
} from '../wan/index.ts';
import { noFault, writeLabState, type LabState, type LineFault } from './lab-state.ts';
import { findLine, findSite, runningLab, type RunningLab } from './running-lab.ts';

export interface LineChange {
  readonly dataDir: string;
  readonly site: string;
  /** Label of the line. */
  readonly endpoint: string;
  readonly direction?: LineDirection | 'both';
}

/** A line and what is wrong with it now. */
export interface LineReport extends LineFault {
  readonly site: string;
  readonly label: string;
  /** What each direction does to packets that pass. */
  readonly out: Impairment;
  readonly in: Impairment;
}

/**
 * Cuts a line. Silent: every packet of the direction vanishes and nothing else tells. Otherwise the site's device loses
 * its carrier, which always cuts both directions.
 */
export async function labBreak(change: LineChange & { readonly silent?: boolean }): Promise<LineReport> {
  const lab = runningLab(change.dataDir);
  const line = findLine(lab.plan, change.site, change.endpoint);
  const directions = directionsOf(change);
  if (change.silent !== true && directions.length < lineDirections.length) {
    throw new InvalidInputError([
      { field: 'direction', problem: 'a carrier is lost in both directions', remedy: 'add --silent, or cut both' },
    ]);
  }
  const fault = faultOf(lab.state, line);
  const blackout = lineDirections.filter((one) => fault.blackout.includes(one) || directions.includes(one));
  return change.silent === true
    ? await changeLine(lab, line, { ...fault, blackout })
    : await changeLine(lab, line, { ...fault, carrierDown: true });
}

/** Worsens a line; what is not given stays as the topology says. */
export async function labImpair(change: LineChange & Partial<Impairment>): Promise<LineReport> {
  const lab = runningLab(change.dataDir);
  const line = findLine(lab.plan, change.site, change.endpoint);
  const given = Object.fromEntries(
    impairmentKinds.filter((kind) => change[kind] !== undefined).map((kind) => [kind, change[kind]]),
  );
  const fault = faultOf(lab.state, line);
  const worse = directionsOf(change).map(
    (one) => [one, { ...plannedImpairment(line.endpoint, one), ...given }] as const,
  );
  return await changeLine(lab, line, { ...fault, impaired: { ...fault.impaired, ...Object.fromEntries(worse) } });
}

/** Makes lines what the topology says: one, those of a site, or all. */
export async function labHeal(which: {
  readonly dataDir: string;
  readonly site?: string;
  readonly endpoint?: string;
}): Promise<void> {
  const { plan } = runningLab(which.dataDir);
  if (which.site !== undefined) findSite(plan, which.site);
  const chosen = plan.lines.filter(
    (line) =>
      (which.site === undefined || line.site === which.site) &&
      (which.endpoint === undefined || line.label === which.endpoint),
  );
  if (which.site !== undefined && which.endpoint !== undefined) findLine(plan, which.site, which.endpoint);
  for (const line of chosen) {
    const lab = runningLab(which.dataDir);
    if (lab.state.lines[line.name] !== undefined) await changeLine(lab, line, noFault);
  }
}

/** Every line as it is now. */
export const lineReports = (lab: Pick<RunningLab, 'plan' | 'state'>): LineReport[] =>
  lab.plan.lines.map((line) => reportOf(line, faultOf(lab.state, line)));

/** What the topology asks of every direction of the lines. */
export const plannedSettings = (lines: readonly LinePlan[]): LineSetting[] =>
  lines.flatMap((line) => settingsOf(line, noFault));

/** Writes down what is about to be wrong with a line, then makes it so. */
async function changeLine(lab: RunningLab, line: LinePlan, fault: LineFault): Promise<LineReport> {
  const before = faultOf(lab.state, line);
  const { [line.name]: _before, ...others } = lab.state.lines;
  writeLabState(lab.home, {
    ...lab.state,
    lines: isFaultless(fault) ? others : { ...others, [line.name]: fault },
  });
  await lab.emulator.apply(settingsOf(line, fault));
  if (fault.blackout.join() !== before.blackout.join()) {
    await runIn(lab.world, line.namespace, ['nft', '-f', '-'], lineRules(lab.emulator.wiring, fault.blackout));
  }
  if (fault.carrierDown !== before.carrierDown) await switchCarrier(lab, line, !fault.carrierDown);
  return reportOf(line, fault);
}

async function switchCarrier(lab: RunningLab, line: LinePlan, up: boolean): Promise<void> {
  const command = `link set ${lab.emulator.wiring.siteDevice} ${up ? 'up' : 'down'}`;
  await runScript(lab.world, ipBatch(line.namespace, [command]));
}

const directionsOf = (change: LineChange): readonly LineDirection[] =>
  change.direction === undefined || change.direction === 'both' ? lineDirections : [change.direction];

const faultOf = (state: LabState, line: LinePlan): LineFault => state.lines[line.name] ?? noFault;

const isFaultless = (fault: LineFault): boolean =>
  fault.blackout.length === 0 && !fault.carrierDown && Object.keys(fault.impaired).length === 0;

const impairmentOf = (line: LinePlan, fault: LineFault, direction: LineDirection): Impairment =>
  fault.impaired[direction] ?? plannedImpairment(line.endpoint, direction);

const settingsOf = (line: LinePlan, fault: LineFault): LineSetting[] =>
  lineDirections.map((direction) => ({
    line: line.name,
    direction,
    impairment: impairmentOf(line, fault, direction),
  }));

const reportOf = (line: LinePlan, fault: LineFault): LineReport => ({
  site: line.site,
  label: line.label,
  ...fault,
  out: impairmentOf(line, fault, 'out'),
  in: impairmentOf(line, fault, 'in'),
});

import { PatronusError } from '@patronus/core';
import { existingWorld, labHome, type LabHome, type World } from '../machine/index.ts';
import { planLab, type LabPlan, type LinePlan } from '../topology/index.ts';
import { NetemEmulator, TapEmulator, type EmulatorKind, type LineEmulator } from '../wan/index.ts';
import { readLabState, type LabState } from './lab-state.ts';

/** A lab that is up, with all that is needed to work on it. */
export interface RunningLab {
  readonly home: LabHome;
  readonly world: World;
  readonly plan: LabPlan;
  readonly state: LabState;
  readonly emulator: LineEmulator;
}

/**
 * The lab that runs on a data directory.
 * @throws PatronusError `not_found` where none does, with the command that brings it up.
 */
export function runningLab(dataDir: string): RunningLab {
  const home = labHome(dataDir);
  const state = readLabState(home);
  const world = existingWorld(home);
  if (state === null || world === null || state.emulator === null) {
    throw new PatronusError('not_found', `no lab runs on ${home.dataDir}; bring one up with "patronus lab up"`);
  }
  const plan = planLab(state.topology, home.id);
  return { home, world, plan, state, emulator: emulatorOf(state.emulator, home, world, plan) };
}

export const emulatorOf = (kind: EmulatorKind, home: LabHome, world: World, plan: LabPlan): LineEmulator =>
  kind === 'netem' ? new NetemEmulator(world, plan) : new TapEmulator(home, world, plan);

/** The line of a site by its label; the error lists those there are. */
export function findLine(plan: LabPlan, site: string, label: string): LinePlan {
  findSite(plan, site);
  const line = plan.lines.find((candidate) => candidate.site === site && candidate.label === label);
  if (line !== undefined) return line;
  const labels = plan.lines.filter((candidate) => candidate.site === site).map((candidate) => candidate.label);
  throw new PatronusError('not_found', `site ${site} has no line "${label}"; it has ${labels.join(', ')}`);
}

export function findSite(plan: LabPlan, name: string): LabPlan['sites'][number] {
  const site = plan.sites.find((candidate) => candidate.name === name);
  if (site !== undefined) return site;
  const names = plan.sites.map((candidate) => candidate.name).join(', ');
  throw new PatronusError('not_found', `the lab has no site "${name}"; it has ${names}`);
}

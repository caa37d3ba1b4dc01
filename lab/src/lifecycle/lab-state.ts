import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { LabHome } from '../machine/index.ts';
import type { Topology } from '../topology/index.ts';
import type { EmulatorKind, Impairment, LineDirection } from '../wan/index.ts';

/**
 * What a lab wrote down about itself, so that another process can work on it. Names, addresses and processes are not in
 * it: they follow from the data directory, the topology and the marker in the environment of our programs.
 */
export interface LabState {
  readonly format: 1;
  readonly topology: Topology;
  /** Null until the kernel has been asked. */
  readonly emulator: EmulatorKind | null;
  /** `building` until everything has been started. */
  readonly stage: 'building' | 'up';
  /** Lines that are not as the topology says, by name. */
  readonly lines: Readonly<Record<string, LineFault>>;
}

export interface LineFault {
  /** Directions in which every packet vanishes. */
  readonly blackout: readonly LineDirection[];
  /** The provider's end of the line is down, so that the site's device has no carrier. */
  readonly carrierDown: boolean;
  /** What replaces the topology's values. */
  readonly impaired: Readonly<Partial<Record<LineDirection, Impairment>>>;
}

export const noFault: LineFault = { blackout: [], carrierDown: false, impaired: {} };

/** The state of the lab on this data directory; null where there is none, or none that this program can read. */
export function readLabState(home: LabHome): LabState | null {
  try {
    const state = JSON.parse(readFileSync(home.stateFile, 'utf8')) as LabState;
    return state.format === 1 ? state : null;
  } catch {
    return null;
  }
}

/** Replaces the state as a whole, so that a reader never sees half of it. */
export function writeLabState(home: LabHome, state: LabState): void {
  mkdirSync(home.dir, { recursive: true });
  const fresh = `${home.stateFile}.new`;
  writeFileSync(fresh, JSON.stringify(state, null, 2));
  renameSync(fresh, home.stateFile);
}

export const removeLabState = (home: LabHome): void => rmSync(home.stateFile, { force: true });

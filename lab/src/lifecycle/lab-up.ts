import { PatronusError } from '@patronus/core';
import { startControl } from '../control/start-control.ts';
import { findProgram, findPrograms, labHome, openWorld, type LabHome } from '../machine/index.ts';
import { defaultTopologyFile, loadTopology, planLab, type LabPlan, type Topology } from '../topology/index.ts';
import type { LineEmulator } from '../wan/index.ts';
import type { ControllerApi } from './controller-api.ts';
import { labDown, removeNetwork } from './lab-down.ts';
import { ensureController, startGateway, startNewEdge, type ControllerPorts } from './lab-programs.ts';
import { readLabState, writeLabState, type LabState } from './lab-state.ts';
import { buildNetwork } from './build-network.ts';
import { enrolmentKey, seedController } from './seed.ts';
import { waitForPaths, type PathItem } from './wait-for-paths.ts';

export interface LabUpOptions extends ControllerPorts {
  readonly dataDir: string;
  /** Topology file; absent: the default lab. */
  readonly file?: string;
  readonly onProgress?: (step: string) => void;
}

export interface LabUpReport {
  readonly id: string;
  readonly dataDir: string;
  readonly emulator: LineEmulator['kind'];
  readonly paths: readonly PathItem[];
  /** From the call until every path was up and measured. */
  readonly elapsedMs: number;
}

/**
 * Builds a lab, starts its edges, and returns when every path is up and measured. Starts a controller where none runs on the data
 * directory.
 * @throws PatronusError `conflict` where one is up already; `unsupported_kernel` where namespaces are not allowed;
 * `timeout` naming the paths that did not come up (the lab is left to be looked at).
 */
export async function labUp(options: LabUpOptions): Promise<LabUpReport> {
  const startedAt = performance.now();
  const progress = options.onProgress ?? (() => undefined);
  const home = labHome(options.dataDir);
  const topology = await loadTopology(options.file ?? defaultTopologyFile);
  await clearRemains(home);
  const startedMs = Date.now();
  const { api, plan, emulator } = await build(home, topology, options, progress);
  progress('waiting for the paths');
  const paths = await waitForPaths(api, plan, startedMs, progress);
  return {
    id: home.id,
    dataDir: home.dataDir,
    emulator: emulator.kind,
    paths,
    elapsedMs: performance.now() - startedAt,
  };
}

async function clearRemains(home: LabHome): Promise<void> {
  const alive = findPrograms(home.id).some(({ role }) => role.startsWith('edge:'));
  if (alive && readLabState(home)?.stage === 'up') {
    throw new PatronusError('conflict', `a lab is up on ${home.dataDir} already; end it with "patronus lab down"`);
  }
  await removeNetwork(home);
}

async function build(
  home: LabHome,
  topology: Topology,
  options: LabUpOptions,
  progress: (step: string) => void,
): Promise<{ api: ControllerApi; plan: LabPlan; emulator: LineEmulator }> {
  let state: LabState = { format: 1, topology, emulator: null, stage: 'building', lines: {} };
  writeLabState(home, state);
  const hadController = findProgram(home, 'controller') !== undefined;
  try {
    const world = await openWorld(home);
    const plan = planLab(topology, home.id);
    progress('starting the controller and building the network');
    const [api, emulator] = await bothOrNeither(ensureController(home, options), buildNetwork(home, world, plan));
    state = { ...state, emulator: emulator.kind };
    writeLabState(home, state);
    progress('describing the sites to the controller');
    startGateway(home, world, plan);
    startControl(home);
    await seedController(api, plan);
    progress('enrolling the edges');
    await Promise.all(
      plan.sites.map(async (site) => startNewEdge(home, world, site, await enrolmentKey(api, site.name))),
    );
    writeLabState(home, { ...state, stage: 'up' });
    return { api, plan, emulator };
  } catch (error) {
    await (hadController ? removeNetwork(home) : labDown({ dataDir: home.dataDir }));
    throw error;
  }
}

/** Both answers; when one fails, its error, but not before the other has come to an end and can be cleaned up. */
async function bothOrNeither<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return await Promise.all([first, second]);
}

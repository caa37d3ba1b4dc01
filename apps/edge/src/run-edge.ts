import { existsSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { pino, destination, type Logger } from 'pino';
import { InvalidInputError, PatronusError, systemClock, systemRandom, systemTimers } from '@patronus/core';
import { dialWebSocket } from './connection/index.ts';
import { Edge } from './edge.ts';
import { kernelReconciler } from './kernel-reconciler.ts';
import { openFlowTap } from './flow-log/index.ts';
import { startLearning } from './learn/index.ts';
import { parseFlowEntry } from '@patronus/netconf';
import { readConntrack } from './reconcile/index.ts';
import { ProbeThread } from './probe/index.ts';
import { holdNamespace } from './single-instance.ts';
import { DocumentStore, loadEnrolment, openStateDir, type Enrolment, type StatePaths } from './state/index.ts';
import { assertNotRunning, serveStatus, type EdgeStatus } from './status/index.ts';
import { TelemetrySpool } from './telemetry/index.ts';
import { readUplinks } from './uplinks.ts';
import { watchKernel } from './watch-kernel.ts';

export interface RunningEdge {
  readonly siteName: string;
  status(): EdgeStatus;
  /** Ends all work, takes everything of ours out of the kernel and closes the status socket. */
  stop(): Promise<void>;
}

/**
 * Runs the edge of this machine until it is stopped. It starts with the last good document on disk and needs no controller;
 * kernel state that an earlier run left is taken over without an outage.
 * Errors: `not_found` (not joined), `conflict` (runs already), `forbidden` (may not use the directory), and what the probe
 * thread cannot start for, such as `address_in_use`.
 */
export async function runEdge(options: { stateDir: string; log?: Logger }): Promise<RunningEdge> {
  const paths = await openStateDir(options.stateDir);
  const enrolment = await requiredEnrolment(paths);
  const log = options.log ?? standardLog();
  await assertNotRunning(paths);
  const namespace = await holdNamespace();
  try {
    return await run(paths, enrolment, log, namespace.release);
  } catch (error) {
    await namespace.release();
    throw error;
  }
}

async function run(
  paths: StatePaths,
  enrolment: Enrolment,
  log: Logger,
  release: () => Promise<void>,
): Promise<RunningEdge> {
  raisePriority(log);
  let engine: ProbeThread | null = null;
  const learning = await startLearning((error) => log.error({ err: error }, error.message));
  let started: Edge | null = null;
  const edge = await Edge.start({
    stateDir: paths.root,
    enrolment,
    reconciler: kernelReconciler(paths, {
      decisions: () => engine?.currentDecisions() ?? [],
      deadUplinks: () => started?.deadUplinks() ?? [],
      learning: () => learning.facts(),
    }),
    learning,
    openFlowTap,
    readFlows: () => readConntrack(parseFlowEntry),
    startEngine: (listener) => (engine = ProbeThread.start(listener)),
    store: new DocumentStore(paths.documents),
    openSpool: (trouble) => TelemetrySpool.open({ directory: paths.telemetry, clock: systemClock, trouble }),
    dial: dialWebSocket,
    readUplinks,
    watchKernel,
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    log,
  });
  started = edge;
  const socket = await serveStatus(paths, () => edge.status()).catch(async (error: unknown) => {
    await edge.stop();
    throw error;
  });
  return {
    siteName: enrolment.siteName,
    status: () => edge.status(),
    stop: async () => {
      try {
        await edge.stop();
      } finally {
        await socket.stop();
        await release();
      }
    },
  };
}

async function requiredEnrolment(paths: StatePaths): Promise<Enrolment> {
  const enrolment = await loadEnrolment(paths.enrolment);
  if (enrolment !== null) return enrolment;
  const remedy = 'make an enrolment key on the controller, then `patronus edge join URL KEY`';
  throw new PatronusError('not_found', `this edge has not joined a controller (${paths.root}); ${remedy}`);
}

/** Standard error, a line of JSON each; `PATRONUS_LOG_LEVEL` is one of pino's levels or `silent`, `info` by default. */
function standardLog(): Logger {
  const level = process.env['PATRONUS_LOG_LEVEL'] ?? 'info';
  const known = [...Object.values(pino.levels.labels), 'silent'];
  if (!known.includes(level)) {
    const remedy = `use one of ${known.join(', ')}`;
    throw new InvalidInputError([{ field: 'PATRONUS_LOG_LEVEL', problem: `is "${level}"`, remedy }]);
  }
  return pino({ level, name: 'edge' }, destination({ fd: 2, sync: true }));
}

/**
 * A busy machine must not keep the edge from its work. Programs started from here inherit it, above all `wireguard-go`,
 * which carries the traffic. Where the kernel shares the processor out among sessions first (autogroup, see sched(7)), the
 * session's own nice value is what counts.
 */
function raisePriority(log: Logger): void {
  const { PRIORITY_HIGHEST: highest } = constants.priority;
  try {
    setPriority(highest);
    if (existsSync(sessionPriority)) writeFileSync(sessionPriority, String(highest));
  } catch {
    log.info('may not raise its own priority; on a busy machine it will be late at times');
  }
}

const sessionPriority = '/proc/self/autogroup';

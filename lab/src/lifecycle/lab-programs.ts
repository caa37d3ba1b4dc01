import { mkdirSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PatronusError } from '@patronus/core';
import {
  findProgram,
  findPrograms,
  labHome,
  logFile,
  logLength,
  killPrograms,
  nodeArguments,
  readLog,
  runProgram,
  startProgram,
  type LabHome,
  type World,
} from '../machine/index.ts';
import { controllerAddress, controllerPort, type LabPlan, type SitePlan } from '../topology/index.ts';
import { until } from '../until.ts';
import { ControllerApi, readControllerFile } from './controller-api.ts';
import { findSite, runningLab } from './running-lab.ts';

/** The `patronus` command of this clone: edges and controller of a lab are started as a user would. */
const patronus = fileURLToPath(new URL('../../../apps/cli/bin/patronus.mjs', import.meta.url));

const controllerRole = 'controller';
const edgeRole = (site: string): string => `edge:${site}`;
/** Generous: an emulated machine takes ten times as long as a slow one. */
const startDeadlineMs = 120_000;
const enrolDeadlineMs = 120_000;

export interface ControllerPorts {
  /** Port of the API; absent: the controller's own default. */
  readonly port?: number;
  readonly edgePort?: number;
}

/**
 * Starts a controller as a program of the lab, which {@link labKill} may kill and "lab down" ends. `setupUrl` is the one-time
 * link by which the first administrator chooses a password; null once there is one.
 * @throws PatronusError `conflict` where a controller runs on the data directory already.
 */
export async function labController(
  options: { readonly dataDir: string } & ControllerPorts,
): Promise<{ readonly httpUrl: string; readonly setupUrl: string | null }> {
  const home = labHome(options.dataDir);
  const running = readControllerFile(home.dataDir);
  if (running !== null && (await new ControllerApi(home.dataDir, running.http_url).ready())) {
    throw new PatronusError(
      'conflict',
      `a controller runs on ${home.dataDir} already, at ${running.http_url}; end it (a lab's with "patronus lab down") or choose another --data`,
    );
  }
  const said = logLength(home, controllerRole);
  const { httpUrl } = await startController(home, options);
  const link = /first sign-in: (\S+)/.exec(readLog(home, controllerRole, said));
  return { httpUrl, setupUrl: link?.[1] ?? null };
}

/** The API of the controller on this data directory; one is started where none answers. */
export async function ensureController(home: LabHome, ports: ControllerPorts): Promise<ControllerApi> {
  const known = readControllerFile(home.dataDir);
  if (known !== null && (await new ControllerApi(home.dataDir, known.http_url).ready())) {
    return new ControllerApi(home.dataDir, known.http_url);
  }
  return await startController(home, ports);
}

async function startController(home: LabHome, ports: ControllerPorts): Promise<ControllerApi> {
  const flags = [
    ...(ports.port === undefined ? [] : ['--port', String(ports.port)]),
    ...(ports.edgePort === undefined ? [] : ['--edge-port', String(ports.edgePort)]),
  ];
  const child = startProgram(home, null, {
    role: controllerRole,
    argv: [process.execPath, patronus, 'controller', '--data', home.dataDir, ...flags],
  });
  let api: ControllerApi | null = null;
  await until('the controller to serve (its log is lab/logs/controller.log)', startDeadlineMs, async () => {
    if (child.exitCode !== null) throw programFailed(home, controllerRole, 'the controller could not start');
    const file = readControllerFile(home.dataDir);
    api = file?.pid === child.pid && file !== undefined ? new ControllerApi(home.dataDir, file!.http_url) : null;
    return (await api?.ready()) === true;
  });
  return api!;
}

/** Joins the core's controller address with the controller's Unix socket. */
export function startGateway(home: LabHome, world: World, plan: LabPlan): void {
  const program = fileURLToPath(new URL(`./gateway-process${extname(import.meta.url)}`, import.meta.url));
  const socket = join(home.dataDir, 'edge.sock');
  startProgram(home, world, {
    role: 'gateway',
    argv: [...nodeArguments(), program, controllerAddress, String(controllerPort), socket],
    namespace: plan.coreNamespace,
  });
}

/** Enrols a fresh edge at a site, over the site's lines, and starts it. */
export async function startNewEdge(home: LabHome, world: World, site: SitePlan, key: string): Promise<void> {
  const [stateDir, runDir] = [home.edgeStateDir(site.name), home.edgeRunDir(site.name)];
  rmSync(stateDir, { recursive: true, force: true });
  mkdirSync(stateDir, { recursive: true });
  mkdirSync(join(runDir, 'wireguard'), { recursive: true });
  const url = `https://${controllerAddress}:${controllerPort}`;
  const exitCode = await runProgram(
    home,
    world,
    {
      role: edgeRole(site.name),
      argv: [process.execPath, patronus, 'edge', 'join', url, key, '--state', stateDir],
      namespace: site.namespace,
      runDir,
    },
    enrolDeadlineMs,
  );
  if (exitCode !== 0) throw programFailed(home, edgeRole(site.name), `the edge of ${site.name} could not enrol`);
  startEdge(home, world, site);
}

export function startEdge(home: LabHome, world: World, site: SitePlan): void {
  startProgram(home, world, {
    role: edgeRole(site.name),
    argv: [process.execPath, patronus, 'edge', 'run', '--state', home.edgeStateDir(site.name)],
    namespace: site.namespace,
    runDir: home.edgeRunDir(site.name),
  });
}

/** A program of the lab that scenarios may kill: the controller, or the edge of a site. */
export type LabProgramName = 'controller' | `edge:${string}`;

/**
 * Kills a program with SIGKILL, not its children: whatever it leaves behind is part of the trial.
 * @throws PatronusError `not_found` where it does not run, or where the lab did not start it.
 */
export async function labKill(options: { readonly dataDir: string; readonly program: LabProgramName }): Promise<void> {
  const { home, plan } = runningLab(options.dataDir);
  if (options.program !== controllerRole) findSite(plan, options.program.slice(edgeRole('').length));
  const found = findProgram(home, options.program);
  if (found === undefined) {
    throw new PatronusError('not_found', `${options.program} does not run, or was not started by the lab`);
  }
  await killPrograms(() => findPrograms(home.id).filter(({ pid }) => pid === found.pid));
}

/** Starts a program that {@link labKill} killed. The controller is waited for until it serves. */
export async function labStart(
  options: { readonly dataDir: string; readonly program: LabProgramName } & ControllerPorts,
): Promise<void> {
  const { home, world, plan } = runningLab(options.dataDir);
  if (findProgram(home, options.program) !== undefined) {
    throw new PatronusError('conflict', `${options.program} runs already`);
  }
  if (options.program === controllerRole) await ensureController(home, options);
  else startEdge(home, world, findSite(plan, options.program.slice(edgeRole('').length)));
}

/** Lines at the end of a log that say why a program failed. */
const shownLogLines = 5;

function programFailed(home: LabHome, role: string, what: string): PatronusError {
  const said = readLog(home, role).trim().split('\n').slice(-shownLogLines).join('\n');
  return new PatronusError('command_failed', `${what}; ${logFile(home, role)} says: ${said}`);
}

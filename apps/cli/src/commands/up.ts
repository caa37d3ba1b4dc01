import { messageOf, PatronusError } from '@patronus/core';
import type { Command } from 'commander';
import { ApiClient } from '../api/api-client.ts';
import type { Path } from '../api/resources.ts';
import { dataDir } from '../data-dir.ts';
import { QuietFailure } from '../exit.ts';
import { interrupted, type Interrupt } from '../interrupt.ts';
import { withProgress, type Progress } from '../progress.ts';
import { painter, printLine, type Terminal } from '../terminal.ts';
import { withExamples } from './api-command.ts';
import { parseListenPort, startControllerHere, type ControllerOptions } from './controller.ts';
import { renderPaths } from './paths.ts';

interface UpOptions extends ControllerOptions {
  readonly lab: boolean;
}

/** The default lab has all paths up well within this; after it the table shows whatever is there. */
const pathsDeadlineMs = 60_000;
const pollMs = 250;

export function addUp(program: Command, terminal: Terminal): void {
  const up = program
    .command('up')
    .description('start the controller and the default lab, and show their paths; Ctrl-C takes everything down')
    .option('--no-lab', 'start the controller alone')
    .option('--port <port>', 'port of the API and the web page (PATRONUS_PORT, 8080)', parseListenPort)
    .option('--edge-port <port>', 'port on which edges call in (PATRONUS_EDGE_PORT, 8443)', parseListenPort)
    .option('--data <dir>', 'where controller and lab keep what they know (PATRONUS_DATA)');
  withExamples(up, ['up', 'up --no-lab --port 9090', 'up --data /tmp/patronus']).action(async (options: UpOptions) => {
    using interrupt = interrupted();
    const controller = await withProgress(terminal, 'starting the controller', () =>
      startControllerHere(terminal, options),
    );
    const directory = dataDir(terminal, options.data);
    let withLab = options.lab;
    try {
      if (withLab) withLab = await raiseLab(terminal, directory, interrupt);
      if (!interrupt.asked) {
        welcome(terminal, controller, withLab ? await settledPaths(terminal, directory, interrupt) : null);
        await interrupt.first;
      }
    } finally {
      const force = interrupt.second.then(() => {
        throw new QuietFailure();
      });
      await Promise.race([takeDown(terminal, directory, withLab, controller), force]);
    }
  });
}

/** Whether the lab is up; says why not where this machine does not allow it. */
async function raiseLab(terminal: Terminal, directory: string, interrupt: Interrupt): Promise<boolean> {
  const { labUp } = await import('@patronus/lab');
  try {
    await withProgress(terminal, 'building the lab', (progress) =>
      Promise.race([labUp({ dataDir: directory, onProgress: (step: string) => progress.step(step) }), interrupt.first]),
    );
    return true;
  } catch (error) {
    if (!(error instanceof PatronusError) || !notHere.has(error.code)) throw error;
    printLine(terminal.stderr, `No lab on this machine: ${messageOf(error)}`);
    return false;
  }
}

/** What a machine without the means for a lab answers, in contrast to a lab that failed. */
const notHere: ReadonlySet<string> = new Set(['forbidden', 'unsupported_kernel', 'missing_tool']);

/** The paths once all are up and measured, or as they are at the deadline. */
async function settledPaths(terminal: Terminal, directory: string, interrupt: Interrupt): Promise<Path[]> {
  const api = new ApiClient(terminal, { data: directory });
  const deadline = performance.now() + pathsDeadlineMs;
  const look = async (progress: Progress): Promise<Path[]> => {
    const paths = await api.list<Path>('/paths');
    const ready = paths.filter((path) => path.health_status === 'up' && path.latency !== null && path.loss !== null);
    const settled = paths.length > 0 && ready.length === paths.length;
    if (settled || interrupt.asked || performance.now() > deadline) return paths;
    progress.step(`waiting for the paths: ${ready.length} of ${paths.length} up`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    return await look(progress);
  };
  return await withProgress(terminal, 'waiting for the paths', look);
}

async function takeDown(
  terminal: Terminal,
  directory: string,
  withLab: boolean,
  controller: { stop(): Promise<void> },
): Promise<void> {
  await withProgress(terminal, 'taking everything down', async () => {
    try {
      if (withLab) await (await import('@patronus/lab')).labDown({ dataDir: directory });
    } finally {
      await controller.stop();
    }
  });
}

function welcome(
  terminal: Terminal,
  controller: { readonly httpUrl: string; readonly setupUrl: string | null },
  paths: readonly Path[] | null,
): void {
  const paint = painter(terminal, terminal.stdout);
  const say = (line = ''): void => printLine(terminal.stdout, line);
  say(`Patronus is running: ${paint('bold', controller.httpUrl)}`);
  if (controller.setupUrl !== null) say(`First sign-in, sets the administrator's password: ${controller.setupUrl}`);
  say();
  if (paths !== null) {
    say(renderPaths(paths, paint));
    say();
  }
  say('Try, in another terminal:');
  for (const [command, effect] of paths === null ? toTryAlone : toTryInLab) say(`  ${command.padEnd(48)}${effect}`);
  say();
  say('Ctrl-C takes everything down.');
}

const toTryInLab = [
  ['npx patronus lab traffic', 'send voice and bulk traffic between the sites'],
  ['npx patronus lab break branch mpls --silent', 'cut a line without a sign, and see voice move: patronus events'],
  ['npx patronus lab heal', 'mend it, and see voice come back'],
] as const;

const toTryAlone = [
  ['npx patronus sites create hq --prefix 10.1.0.0/24', 'make a site'],
  ['npx patronus enrolment-keys create hq', 'get the line by which its edge joins'],
  ['npx patronus doctor', 'see what this machine can do'],
] as const;

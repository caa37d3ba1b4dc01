import { messageOf, PatronusError } from '@patronus/core';
import type { Command } from 'commander';
import { ApiClient } from '../api/api-client.ts';
import type { Path } from '../api/resources.ts';
import { dataDir } from '../data-dir.ts';
import { QuietFailure } from '../exit.ts';
import { interrupted } from '../interrupt.ts';
import { withProgress } from '../progress.ts';
import { painter, printLine, type Terminal } from '../terminal.ts';
import { withExamples } from './api-command.ts';
import { parseListenPort, startControllerHere, type ControllerOptions } from './controller.ts';
import { renderPaths } from './paths.ts';

interface UpOptions extends ControllerOptions {
  readonly lab: boolean;
}

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
    const directory = dataDir(terminal, options.data);
    const controller = await withProgress(terminal, 'starting the controller', () =>
      options.lab ? startLabController(directory, options) : startControllerHere(terminal, options),
    );
    const lab = options.lab ? raiseLab(terminal, directory, controller.httpUrl) : null;
    try {
      await Promise.race([welcome(terminal, controller, lab), interrupt.first]);
      await interrupt.first;
    } finally {
      const force = interrupt.second.then(() => {
        throw new QuietFailure();
      });
      await Promise.race([takeDown(terminal, directory, lab, controller), force]);
    }
  });
}

/** As a program of its own, so that scenarios may kill it and start it again; taking the lab down ends it. */
async function startLabController(directory: string, options: UpOptions) {
  const { labController } = await import('@patronus/lab');
  const { port, edgePort } = options;
  const controller = await labController({
    dataDir: directory,
    ...(port === undefined ? {} : { port }),
    ...(edgePort === undefined ? {} : { edgePort }),
  });
  // A signal handler alone does not keep Node running.
  const awake = setInterval(() => undefined, awakeMs);
  return {
    ...controller,
    stop: (): Promise<void> => {
      clearInterval(awake);
      return Promise.resolve();
    },
  };
}

const awakeMs = 3_600_000;

/** The paths of the default lab once it is up; null, with the reason told, where this machine does not allow one. */
async function raiseLab(terminal: Terminal, directory: string, url: string): Promise<Path[] | null> {
  const { labUp } = await import('@patronus/lab');
  try {
    await withProgress(terminal, 'building the lab', (progress) =>
      labUp({ dataDir: directory, onProgress: (step) => progress.step(step) }),
    );
  } catch (error) {
    const code = error instanceof PatronusError ? error.code : null;
    if (code !== 'timeout' && code !== 'unsupported_kernel' && code !== 'missing_tool') throw error;
    printLine(terminal.stderr, code === 'timeout' ? messageOf(error) : `No lab on this machine: ${messageOf(error)}`);
    if (code !== 'timeout') return null;
  }
  return await measuredPaths(new ApiClient(terminal, { url, data: directory }));
}

/** Paths come up before their first window of loss is full; it is, well within this. */
const firstLossMs = 6000;
const lookAgainMs = 250;

/** The paths, once what is up also has its loss measured. */
async function measuredPaths(api: ApiClient): Promise<Path[]> {
  const deadline = performance.now() + firstLossMs;
  for (;;) {
    const paths = await api.list<Path>('/paths');
    const measured = paths.every((path) => path.health_status !== 'up' || path.loss !== null);
    if (measured || performance.now() > deadline) return paths;
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
  }
}

/** A lab that was still being built when the user wanted it gone finds its network gone, and ends well within this. */
const abandonedLabMs = 5000;

async function takeDown(
  terminal: Terminal,
  directory: string,
  lab: Promise<Path[] | null> | null,
  controller: { stop(): Promise<void> },
): Promise<void> {
  if (lab === null) return await controller.stop();
  const { labDown } = await import('@patronus/lab');
  const ended = lab.then(
    () => true,
    () => true,
  );
  const built = await Promise.race([ended, Promise.resolve(false)]);
  await withProgress(terminal, 'taking everything down', async () => {
    try {
      await labDown({ dataDir: directory });
    } finally {
      await controller.stop();
    }
    if (built) return;
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, abandonedLabMs))]);
    await labDown({ dataDir: directory });
  });
}

async function welcome(
  terminal: Terminal,
  controller: { readonly httpUrl: string; readonly setupUrl: string | null },
  lab: Promise<readonly Path[] | null> | null,
): Promise<void> {
  const paths = await lab;
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
  for (const [command, effect] of paths === null ? toTryAlone : toTryInLab) say(`  ${command.padEnd(52)}${effect}`);
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

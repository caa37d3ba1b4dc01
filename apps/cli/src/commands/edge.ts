import { resolve } from 'node:path';
import type { Command } from 'commander';
import { interrupted } from '../interrupt.ts';
import { withProgress } from '../progress.ts';
import { painter, printJson, printLine, type Terminal } from '../terminal.ts';
import { withExamples } from './api-command.ts';
import { renderEdgeStatus } from './edge-status.ts';

interface EdgeOptions {
  readonly state: string;
  readonly json?: boolean;
  readonly force?: boolean;
  readonly enrolment?: boolean;
}

const defaultStateDir = '/var/lib/patronus';

export function addEdge(program: Command, terminal: Terminal): void {
  const edge = program
    .command('edge')
    .description('the program of a site: joins a controller, programs the kernel, steers');
  withExamples(edge, [
    'edge join https://controller.example.net:8443 pt1.4f0c….Zk3v…',
    'edge run',
    'edge status',
    'edge clean',
  ]);
  const withState = (command: Command): Command =>
    command.option('--state <dir>', 'where this edge keeps its keys and documents', defaultStateDir);
  const stateDir = (options: EdgeOptions): string => resolve(terminal.cwd, options.state);

  const join = withState(edge.command('join <url> <key>').description('enrol this machine as the edge of a site'));
  join.option('--force', 'replace the enrolment that this machine has');
  withExamples(join, ['edge join https://controller.example.net:8443 pt1.4f0c….Zk3v…']).action(
    async (url: string, key: string, options: EdgeOptions) => {
      const { joinEdge } = await import('@patronus/edge');
      const joined = await withProgress(terminal, `enrolling at ${url}`, () =>
        joinEdge({ stateDir: stateDir(options), url, key, force: options.force === true }),
      );
      printLine(
        terminal.stdout,
        `this machine is now the edge of site ${joined.siteName}; start it with "patronus edge run"`,
      );
    },
  );

  const run = withState(edge.command('run').description('run the edge in the foreground, until Ctrl-C'));
  withExamples(run, ['edge run', 'edge run --state /tmp/edge']).action(async (options: EdgeOptions) => {
    const { runEdge } = await import('@patronus/edge');
    const running = await runEdge({ stateDir: stateDir(options) });
    using interrupt = interrupted();
    await interrupt.first;
    await Promise.race([running.stop(), interrupt.second]);
  });

  const status = withState(edge.command('status').description('what the edge on this machine is doing'));
  status.option('--json', 'print the answer as JSON');
  withExamples(status, ['edge status', 'edge status --json']).action(async (options: EdgeOptions) => {
    const { edgeStatus } = await import('@patronus/edge');
    const report = await edgeStatus({ stateDir: stateDir(options) });
    if (options.json === true) printJson(terminal, report);
    else printLine(terminal.stdout, renderEdgeStatus(report, painter(terminal, terminal.stdout)));
  });

  const clean = withState(edge.command('clean').description('remove everything that an edge put into this kernel'));
  clean.option('--enrolment', 'also forget the controller, the keys and the documents: it is no edge any more');
  withExamples(clean, ['edge clean', 'edge clean --enrolment']).action(async (options: EdgeOptions) => {
    const { cleanEdge } = await import('@patronus/edge');
    const { enrolmentForgotten } = await withProgress(terminal, 'cleaning up', () =>
      cleanEdge({ stateDir: stateDir(options), enrolment: options.enrolment === true }),
    );
    const where = enrolmentForgotten ? 'in the kernel or on disk' : 'in the kernel';
    printLine(terminal.stdout, `nothing of the edge is left ${where}`);
  });
}

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { QuietFailure } from '../exit.ts';
import { withProgress } from '../progress.ts';
import { painter, printJson, printLine, type Terminal } from '../terminal.ts';
import { plural, withExamples } from './api-command.ts';
import { parseListenPort } from './controller.ts';
import { addLabLines } from './lab-lines.ts';
import { addLabRuns } from './lab-runs.ts';
import { labDataDir, withLabData, type LabOptions } from './lab-options.ts';
import { renderLabStatus } from './lab-status.ts';

interface UpOptions extends LabOptions {
  readonly port?: number;
  readonly edgePort?: number;
}

export function addLab(program: Command, terminal: Terminal): void {
  const lab = program.command('lab').description('a whole network of sites on this machine, in network namespaces');
  withExamples(lab, [
    'lab up',
    'lab break branch mpls --silent',
    'lab heal',
    'lab exec branch -- ping -c 3 10.1.0.10',
    'lab down',
  ]);

  const up = withLabData(lab.command('up [file]').description('build the lab, of the default topology or a YAML file'));
  up.option('--port <port>', 'port of the controller that it starts where none runs', parseListenPort);
  up.option('--edge-port <port>', 'port on which edges call in there', parseListenPort);
  withExamples(up, ['lab up', 'lab up my-topology.yaml --data /tmp/lab --port 9090']).action(
    async (file: string | undefined, options: UpOptions) => {
      const { labUp } = await import('@patronus/lab');
      const report = await withProgress(terminal, 'building the lab', (progress) =>
        labUp({
          dataDir: labDataDir(terminal, options),
          ...(file !== undefined && { file: resolve(terminal.cwd, file) }),
          ...(options.port !== undefined && { port: options.port }),
          ...(options.edgePort !== undefined && { edgePort: options.edgePort }),
          onProgress: (step: string) => progress.step(step),
        }),
      );
      const seconds = (report.elapsedMs / 1000).toFixed(1);
      printLine(terminal.stdout, `the lab is up with ${plural(report.paths.length, 'path')}, after ${seconds} s`);
    },
  );

  const down = withLabData(lab.command('down').description('take the lab down, whatever is left of it'));
  withExamples(down, ['lab down']).action(async (options: LabOptions) => {
    const { labDown } = await import('@patronus/lab');
    await withProgress(terminal, 'taking the lab down', () => labDown({ dataDir: labDataDir(terminal, options) }));
    printLine(terminal.stdout, 'nothing of the lab is left');
  });

  const status = withLabData(
    lab.command('status').description('what of the lab is running, and what is broken or impaired'),
  );
  status.option('--json', 'print the answer as JSON');
  withExamples(status, ['lab status', 'lab status --json']).action(async (options: LabOptions) => {
    const { labStatus } = await import('@patronus/lab');
    const report = await labStatus({ dataDir: labDataDir(terminal, options) });
    if (options.json === true) printJson(terminal, report);
    else printLine(terminal.stdout, renderLabStatus(report, painter(terminal, terminal.stdout)));
  });

  addLabLines(lab, terminal);
  addLabRuns(lab, terminal);

  const exec = withLabData(
    lab.command('exec <site> <command...>').description('run a command in a LAN host of a site'),
  );
  exec.option('--host <name>', 'another host of the site than its first').passThroughOptions();
  withExamples(exec, ['lab exec branch -- ping -c 3 10.1.0.10', 'lab exec hq --host h2 -- ip route']).action(
    async (site: string, command: readonly string[], options: LabOptions & { readonly host?: string }) => {
      const { labExec } = await import('@patronus/lab');
      const host = options.host === undefined ? {} : { host: options.host };
      const code = await labExec({ dataDir: labDataDir(terminal, options), site, command, ...host });
      if (code !== 0) throw new QuietFailure(code);
    },
  );
}

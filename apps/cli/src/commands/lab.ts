import { resolve } from 'node:path';
import type { Command } from 'commander';
import { QuietFailure } from '../exit.ts';
import { withProgress } from '../progress.ts';
import { printJson, printLine, type Terminal } from '../terminal.ts';
import { withExamples } from './api-command.ts';
import { addLabLines } from './lab-lines.ts';
import { labDataDir, withLabData, type LabOptions } from './lab-options.ts';

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
  withExamples(up, ['lab up', 'lab up my-topology.yaml']).action(
    async (file: string | undefined, options: LabOptions) => {
      const { labUp } = await import('@patronus/lab');
      const topology = file === undefined ? {} : { file: resolve(terminal.cwd, file) };
      await withProgress(terminal, 'building the lab', (progress) =>
        labUp({
          dataDir: labDataDir(terminal, options),
          ...topology,
          onProgress: (step: string) => progress.step(step),
        }),
      );
      printLine(terminal.stdout, 'the lab is up; "patronus paths" shows its paths');
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
    else printJson(terminal, report);
  });

  addLabLines(lab, terminal);

  const exec = withLabData(
    lab.command('exec <site> <command...>').description('run a command in a LAN host of a site'),
  );
  exec.passThroughOptions();
  withExamples(exec, ['lab exec branch -- ping -c 3 10.1.0.10', 'lab exec hq -- ip route']).action(
    async (site: string, command: readonly string[], options: LabOptions) => {
      const { labExec } = await import('@patronus/lab');
      const code = await labExec({ dataDir: labDataDir(terminal, options), site, command });
      if (code !== 0) throw new QuietFailure(code);
    },
  );
}

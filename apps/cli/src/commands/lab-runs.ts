import type { StreamResult } from '@patronus/lab';
import type { Command } from 'commander';
import { QuietFailure } from '../exit.ts';
import { interrupted } from '../interrupt.ts';
import { withProgress } from '../progress.ts';
import { printJson, printLine, type Terminal } from '../terminal.ts';
import { parseDuration } from '../units.ts';
import { plural, withExamples } from './api-command.ts';
import { labDataDir, withLabData, type LabOptions } from './lab-options.ts';

interface TrafficOptions extends LabOptions {
  readonly from?: string;
  readonly to?: string;
  readonly for?: number;
}

/** Long enough for "until Ctrl-C", short enough for a timer. */
const longestMs = 24 * 3_600_000;

/** The figures of a stream, without the single packets they come from. */
const withoutSamples = ({ name, result }: StreamResult) => ({
  name,
  ...Object.fromEntries(Object.entries(result).filter(([, value]) => !Array.isArray(value))),
});

/** `traffic` and `run`: what can be sent through a lab, and what must hold meanwhile. */
export function addLabRuns(lab: Command, terminal: Terminal): void {
  addTraffic(lab, terminal);
  addRun(lab, terminal);
}

function addTraffic(lab: Command, terminal: Terminal): void {
  const traffic = withLabData(lab.command('traffic').description('send a call and a file transfer between two sites'))
    .option('--from <site>', 'site that sends; absent: the second of the topology')
    .option('--to <site>', 'site that receives; absent: the first')
    .option('--for <duration>', 'how long, such as 1m; absent: until Ctrl-C', parseDuration)
    .option('--json', 'print only the result, as JSON');
  withExamples(traffic, ['lab traffic', 'lab traffic --from branch --to cloud --for 30s --json']).action(
    async (options: TrafficOptions) => {
      const { describeResult, labTraffic } = await import('@patronus/lab');
      using interrupt = interrupted();
      const stop = new AbortController();
      void interrupt.first.then(() => stop.abort());
      const results = await labTraffic({
        dataDir: labDataDir(terminal, options),
        ...(options.from !== undefined && { from: options.from }),
        ...(options.to !== undefined && { to: options.to }),
        seconds: (options.for ?? longestMs) / 1000,
        signal: stop.signal,
        onProgress: (line) => printLine(options.json === true ? terminal.stderr : terminal.stdout, line),
      });
      if (options.json === true) printJson(terminal, results.map(withoutSamples));
      else for (const result of results) printLine(terminal.stdout, `${result.name}: ${describeResult(result)}`);
    },
  );
}

function addRun(lab: Command, terminal: Terminal): void {
  const run = withLabData(
    lab
      .command('run [scenario...]')
      .description('run scenarios on the lab that is up, shipped ones by name or YAML files; absent: all shipped'),
  )
    .option('--list', 'print the names of the shipped scenarios')
    .option('--json', 'print the reports as JSON');
  withExamples(run, ['lab run', 'lab run blackout-silent failback', 'lab run my-scenario.yaml --json']).action(
    async (names: readonly string[], options: LabOptions & { readonly list?: boolean }) => {
      const { renderReport, reportData, runScenario, shippedScenarios } = await import('@patronus/lab');
      if (options.list === true) return printList(terminal, shippedScenarios(), options);
      const reports = await withProgress(terminal, 'running', (progress) =>
        runScenario({
          dataDir: labDataDir(terminal, options),
          ...(names.length > 0 && { names }),
          onProgress: (step) => progress.step(step),
          onReport: (report) => {
            if (options.json === true) return;
            progress.clear();
            printLine(terminal.stdout, `${renderReport(report)}\n  plot: ${report.plotFile}\n`);
          },
        }),
      );
      const failed = reports.filter((report) => !report.holds);
      if (options.json === true) {
        printJson(
          terminal,
          reports.map((report) => ({ ...reportData(report), plot: report.plotFile })),
        );
      } else {
        printLine(terminal.stdout, `${reports.length - failed.length} of ${plural(reports.length, 'scenario')} passed`);
      }
      if (failed.length > 0) throw new QuietFailure();
    },
  );
}

function printList(terminal: Terminal, names: readonly string[], options: LabOptions): void {
  if (options.json === true) printJson(terminal, names);
  else printLine(terminal.stdout, names.join('\n'));
}

import type { MachineFeature, MachineReport } from '@patronus/linux';
import type { Command } from 'commander';
import { formatBytes } from '../format.ts';
import { withProgress } from '../progress.ts';
import { renderFacts, renderTable } from '../table.ts';
import { painter, printJson, printLine, type Paint, type Style, type Terminal } from '../terminal.ts';
import { withExamples } from './api-command.ts';

export function addDoctor(program: Command, terminal: Terminal): void {
  const doctor = program
    .command('doctor')
    .description('what this kernel and machine can do, what is missing, and how to get it')
    .option('--json', 'print the answer as JSON');
  withExamples(doctor, ['doctor', 'doctor --json']).action(async (options: { readonly json?: boolean }) => {
    const { inspectMachine } = await import('@patronus/linux');
    const report = await withProgress(terminal, 'trying what this machine can do', () => inspectMachine());
    if (options.json === true) printJson(terminal, report);
    else printLine(terminal.stdout, renderReport(report, painter(terminal, terminal.stdout)));
  });
}

const stateStyle: Readonly<Record<MachineFeature['state'], Style>> = { ok: 'green', limited: 'yellow', missing: 'red' };

function renderReport(report: MachineReport, paint: Paint): string {
  const verdict = (can: boolean): string => (can ? paint('green', 'can run here') : paint('red', 'cannot run here'));
  const parts = [
    renderFacts([
      ['edge', verdict(report.canRunEdge)],
      ['lab', verdict(report.canRunLab)],
      ['kernel', report.kernel],
      ['machine', `${report.cpus} CPUs, ${formatBytes(report.memoryBytes)} of memory, Node ${report.node}`],
    ]),
    renderTable<MachineFeature>(
      [
        { title: 'FEATURE', cell: (feature) => feature.name },
        { title: 'STATE', cell: (feature) => paint(stateStyle[feature.state], feature.state) },
        { title: 'FOR', cell: (feature) => feature.purpose },
      ],
      report.features,
    ),
  ];
  const wanting = report.features.filter((feature) => feature.state !== 'ok');
  if (wanting.length > 0) parts.push(wanting.map((feature) => advice(feature, paint)).join('\n'));
  return parts.join('\n\n');
}

const advice = ({ name, detail, remedy, consequence }: MachineFeature, paint: Paint): string =>
  [
    `${paint('bold', name)}: ${detail.split('\n')[0]}`,
    ...(consequence === null ? [] : [`  without it: ${consequence}`]),
    ...(remedy === null ? [] : [`  → ${remedy}`]),
  ].join('\n');

import type { Command } from 'commander';
import { withProgress } from '../progress.ts';
import { printJson, type Terminal } from '../terminal.ts';
import { withExamples } from './api-command.ts';

export function addDoctor(program: Command, terminal: Terminal): void {
  const doctor = program
    .command('doctor')
    .description('what this kernel and machine can do, what is missing, and how to get it')
    .option('--json', 'print the answer as JSON');
  withExamples(doctor, ['doctor', 'doctor --json']).action(async (options: { readonly json?: boolean }) => {
    const { inspectMachine } = await import('@patronus/linux');
    const report = await withProgress(terminal, 'asking the kernel', () => inspectMachine());
    if (options.json === true) printJson(terminal, report);
    else printJson(terminal, report);
  });
}

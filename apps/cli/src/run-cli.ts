import { InvalidInputError, messageOf, PatronusError } from '@patronus/core';
import { CommanderError } from 'commander';
import { exitCodes, QuietFailure } from './exit.ts';
import { buildProgram } from './program.ts';
import { printLine, type Terminal } from './terminal.ts';

/** Runs one command line (without `node` and the program's name) and answers with the exit code. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await buildProgram(terminal).parseAsync([...args], { from: 'user' });
    return exitCodes.ok;
  } catch (thrown) {
    if (thrown instanceof QuietFailure) return thrown.exitCode;
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    printError(terminal, thrown);
    return exitCodes.failure;
  }
}

function printError(terminal: Terminal, thrown: unknown): void {
  if (thrown instanceof InvalidInputError && thrown.problems.length > 1) {
    printLine(terminal.stderr, 'patronus: the input was refused:');
    for (const { field, problem, remedy } of thrown.problems) {
      printLine(terminal.stderr, `  ${field}: ${problem}${remedy === undefined ? '' : `; ${remedy}`}`);
    }
  } else {
    printLine(terminal.stderr, `patronus: ${messageOf(thrown)}`);
  }
  const debug = terminal.env['PATRONUS_LOG_LEVEL'] === 'debug';
  if (debug) printStack(terminal, thrown);
  else if (!(thrown instanceof PatronusError)) {
    printLine(terminal.stderr, 'This error was not expected; PATRONUS_LOG_LEVEL=debug shows where it came from.');
  }
}

function printStack(terminal: Terminal, thrown: unknown): void {
  for (let error: unknown = thrown; error instanceof Error; error = error.cause) {
    printLine(terminal.stderr, error.stack ?? error.message);
  }
}

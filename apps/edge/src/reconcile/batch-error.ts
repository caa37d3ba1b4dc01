import { messageOf, PatronusError } from '@patronus/core';

/** The error of a batch of `ip` or `tc`, with the line that was refused: the tools tell only its number. */
export function naming(error: unknown, tool: string, batch: string): unknown {
  const number = /Command failed -:(\d+)/.exec(messageOf(error))?.[1];
  if (number === undefined) return error;
  const line = batch.split('\n')[Number(number) - 1];
  return new PatronusError('command_failed', `"${tool} ${line}": ${messageOf(error)}`, {
    cause: error,
    facts: { line },
  });
}

import { writeSync } from 'node:fs';
import type { TrafficMessage } from './roles.ts';

/** Standard input: whoever started the program closes it to end the program, also by dying. */
export const stopDescriptor = 0;

/** Writes a message as a line at once, also from a loop that never returns to Node's own. */
export function say(message: TrafficMessage): void {
  const line = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let written = 0; written < line.length;) written += writeSync(1, line, written);
}

/** Calls once standard input is closed. */
export function whenStopped(action: () => void): void {
  process.stdin.resume().once('end', action).once('error', action);
}

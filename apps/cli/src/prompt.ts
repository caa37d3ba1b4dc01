import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { PatronusError } from '@patronus/core';
import type { Terminal } from './terminal.ts';

/** Asks on the terminal; with `hidden` what is typed is not shown. */
export function prompt(terminal: Terminal, question: string, hidden = false): Promise<string> {
  const mute = new Writable({ write: (_chunk, _encoding, done) => done() });
  const shown = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      terminal.stderr.write(chunk.toString());
      done();
    },
  });
  const lines = createInterface({ input: terminal.stdin, output: hidden ? mute : shown, terminal: true });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  terminal.stderr.write(hidden ? question : '');
  lines.on('SIGINT', () => lines.close());
  lines.on('close', () => reject(new PatronusError('invalid_input', 'nothing was typed')));
  lines.question(hidden ? '' : question, (text) => {
    if (hidden) terminal.stderr.write('\n');
    resolve(text);
    lines.close();
  });
  return promise;
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { HelperProgram } from './helper-program.ts';

const directory = mkdtempSync(join(tmpdir(), 'patronus-helper-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Runs a script as a helper until it ends. */
async function helper(script: string): Promise<{ lines: string[]; reason: string }> {
  const file = join(directory, 'helper.mjs');
  writeFileSync(file, script);
  const lines: string[] = [];
  const reason = await new Promise<string>((ended) => {
    const program = new HelperProgram(
      pathToFileURL(file),
      { fds: [], maxHeapMb: 16 },
      {
        line: (text) => {
          lines.push(text);
          if (text === 'ready') void program.stop();
        },
        ended,
      },
    );
  });
  return { lines, reason };
}

it('a helper tells its lines, and ends with its input', async () => {
  const script = `process.stdin.resume().on('end', () => { console.log('bye'); process.exit(3); }); console.log('one'); console.log('ready');`;
  expect(await helper(script)).toEqual({ lines: ['one', 'ready', 'bye'], reason: 'ended with status 3' });
});

it('one that dies says by what, and one that never ends its line is ended', async () => {
  expect((await helper(`process.kill(process.pid, 'SIGSEGV'); setInterval(() => {}, 1000);`)).reason).toContain(
    'SIGSEGV',
  );
  const endless = `setInterval(() => process.stdout.write('x'.repeat(30000)), 1);`;
  expect(await helper(endless)).toEqual({ lines: [], reason: 'ended by SIGKILL' });
});

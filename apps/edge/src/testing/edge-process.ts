/**
 * An edge as a program of its own for namespace tests, as `patronus edge run` starts it. Usage:
 * `node edge-process.ts run|clean|join STATE_DIR [URL KEY]`.
 */
import { messageOf } from '@patronus/core';
import { cleanEdge, joinEdge, runEdge } from '../index.ts';

const [action, stateDir = '', url = '', key = ''] = process.argv.slice(2);

async function run(): Promise<void> {
  const edge = await runEdge({ stateDir });
  process.stdout.write('running\n');
  await new Promise((resolve) => process.once('SIGTERM', resolve));
  await edge.stop();
}

const actions: Readonly<Record<string, () => Promise<unknown>>> = {
  run,
  clean: () => cleanEdge({ stateDir }),
  join: () => joinEdge({ stateDir, url, key }),
};

try {
  await actions[action ?? '']!();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}

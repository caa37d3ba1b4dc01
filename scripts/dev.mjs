// npm run dev [-- controller options]: builds on every change, restarts the controller, serves the page with hot reload.
import { spawn } from 'node:child_process';
import { build } from './lib/build.mjs';
import { nodeProgram } from './lib/node.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { root, toolEnvironment } from './lib/root.mjs';
import { main } from './lib/run.mjs';

await main(async () => {
  await ensureNpmPackages();
  await build();
  const controller = ['apps/cli/bin/patronus.mjs', 'controller', ...process.argv.slice(2)];
  const children = [
    start('tsc', ['--build', '--watch', '--preserveWatchOutput']),
    start(nodeProgram(), ['--watch', '--watch-preserve-output', ...controller]),
    start('vite', ['apps/web', '--clearScreen', 'false']),
  ];
  await Promise.race(children.map((child) => new Promise((resolve) => child.on('exit', resolve))));
  for (const child of children) child.kill();
});

/** In our process group, so that one Ctrl-C ends them all. */
function start(command, args) {
  const child = spawn(command, args, { cwd: root, env: toolEnvironment(), stdio: 'inherit' });
  child.on('error', (error) => console.error(`${command}: ${error.message}`));
  return child;
}

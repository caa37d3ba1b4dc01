// npm start [-- --no-lab --port N --data DIR]: installs what is missing, builds, and runs `patronus up`.
import { build } from './lib/build.mjs';
import { ensureDebianPackages, labTools } from './lib/debian-packages.mjs';
import { foreground } from './lib/foreground.mjs';
import { nodeProgram } from './lib/node.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { inRoot } from './lib/root.mjs';
import { main } from './lib/run.mjs';

await main(async () => {
  const args = process.argv.slice(2);
  await ensureNpmPackages();
  if (!args.includes('--no-lab')) await ensureDebianPackages(labTools);
  await build();
  return await foreground(nodeProgram(), [inRoot('apps/cli/bin/patronus.mjs'), 'up', ...args]);
});

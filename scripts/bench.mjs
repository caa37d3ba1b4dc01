// npm run bench -- NAME [--json]: one figure of the contract; without a name, lists them.
import { build } from './lib/build.mjs';
import { foreground } from './lib/foreground.mjs';
import { nodeProgram } from './lib/node.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { inRoot } from './lib/root.mjs';
import { main } from './lib/run.mjs';

await main(async () => {
  await ensureNpmPackages();
  await build();
  return await foreground(nodeProgram(), [inRoot('bench/dist/main.js'), ...process.argv.slice(2)]);
});

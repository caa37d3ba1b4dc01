// npm run build: programs and page.
import { build } from './lib/build.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { main } from './lib/run.mjs';

await main(async () => {
  await ensureNpmPackages();
  await build();
});

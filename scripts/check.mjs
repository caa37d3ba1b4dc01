// npm run check: types, lint, imports, format.
import { runChecks } from './lib/checks.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { main } from './lib/run.mjs';

await main(async () => {
  await ensureNpmPackages();
  const { failed } = await runChecks();
  return failed.length === 0 ? 0 : 1;
});

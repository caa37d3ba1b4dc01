import { importProblems } from './imports.mjs';
import { nodeProgram } from './node.mjs';
import { inRoot } from './root.mjs';
import { run, withProgress } from './run.mjs';
import { documentProblems, printWebApi } from './web-api.mjs';

const tool = (path, ...args) => run(nodeProgram(), [inRoot('node_modules', path), ...args], { quiet: true });
const types = (project) => tool('typescript/bin/tsc', '--project', project, '--pretty', 'false');

/** What `npm run check` looks at. Each answers with its findings as text, empty when all is well. */
const checks = {
  // First, as types and lint read what it prints.
  'the API of the page': async () => {
    await printWebApi();
    return (await documentProblems()).join('\n');
  },
  types: async () => findings(await types('tsconfig.check.json')) + findings(await types('apps/web/tsconfig.json')),
  lint: async () => findings(await tool('oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '--format=unix')),
  imports: async () => importProblems().join('\n'),
  format: async () => findings(await tool('prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.')),
};

const findings = ({ code, output }) => (code === 0 ? '' : output || `ended with ${code}`);

/**
 * Runs all checks, and prints the findings of each that has some.
 *
 * @returns {Promise<{ passed: string[], failed: string[] }>} names of checks
 */
export async function runChecks() {
  const results = { passed: [], failed: [] };
  for (const [name, check] of Object.entries(checks)) {
    const found = await withProgress(`Checking ${name}`, check);
    console.log(found === '' ? `✓ ${name}` : `✗ ${name}\n${found.trimEnd()}`);
    results[found === '' ? 'passed' : 'failed'].push(name);
  }
  if (results.failed.includes('format')) console.log('"npm run format" mends the format.');
  return results;
}

// npm test [-- SUITE…]: installs what is missing, builds, checks, and runs every suite; see suites below for their names.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { runChecks } from './lib/checks.mjs';
import { ensureDebianPackages, isInstalled, testTools } from './lib/debian-packages.mjs';
import { nodeProgram } from './lib/node.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { inRoot } from './lib/root.mjs';
import { Failure, main, run } from './lib/run.mjs';

/**
 * In this order; those that share the machine's network run alone and one file at a time. One that waits more than it computes runs
 * aside of those before them, and shows its output after theirs.
 */
const suites = {
  unit: { limitMs: 300_000 },
  medium: { limitMs: 600_000 },
  // the controller's medium suite once more, on a server that the suite starts
  postgres: { limitMs: 600_000, needs: 'initdb', aside: true },
  netns: { limitMs: 900_000, alone: true },
  e2e: { limitMs: 300_000, alone: true },
};

await main(async () => {
  const chosen = process.argv.slice(2);
  const names = ['check', ...Object.keys(suites)];
  const wrong = chosen.filter((name) => !names.includes(name));
  if (wrong.length > 0) throw new Failure(`There is no suite "${wrong[0]}". Choose from ${names.join(', ')}.`);
  const wanted = (name) => chosen.length === 0 || chosen.includes(name);

  await ensureNpmPackages();
  await ensureDebianPackages(testTools);
  const total = { passed: 0, failed: [], skipped: [] };
  await countBuild(total);
  if (wanted('check')) await countChecks(total);
  const chosenSuites = Object.entries(suites).filter(([name]) => wanted(name));
  const aside = new Map(
    chosenSuites
      .filter(([, options]) => options.aside && canRun(options))
      .map(([name, options]) => [name, runSuite(name, options, false)]),
  );
  for (const [name, options] of chosenSuites) {
    if (!canRun(options)) await skipSuite(total, name, options.needs);
    else await testSuite(total, name, options, aside.get(name));
  }
  summarise(total);
  return total.failed.length === 0 ? 0 : 1;
});

async function countBuild(total) {
  try {
    await build();
    total.passed += 1;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(error.message);
    total.failed.push('build');
  }
}

async function countChecks(total) {
  const { passed, failed } = await runChecks();
  total.passed += passed.length;
  total.failed.push(...failed.map((name) => `check: ${name}`));
}

function canRun({ needs }) {
  return needs === undefined || isInstalled(needs);
}

/** Runs a suite, or waits for one that runs aside, and counts what it found. */
async function testSuite(total, name, options, running) {
  console.log(`\n${name}`);
  const { code, output, files } = await (running ?? runSuite(name, options, true));
  if (running !== undefined) console.log(output);
  countSuite(total, name, options, { code, files });
}

async function runSuite(name, { limitMs, alone = false }, isShown) {
  const folder = mkdtempSync(join(tmpdir(), 'patronus-test-'));
  const report = join(folder, 'report.json');
  const args = [
    'run',
    '--project',
    name,
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const { code, output } = await run(
    nodeProgram(),
    [inRoot('node_modules/vitest/vitest.mjs'), ...args, ...(alone ? ['--no-file-parallelism'] : [])],
    { limitMs, quiet: !isShown },
  );
  const files = readReport(report);
  rmSync(folder, { recursive: true });
  return { code, output, files };
}

function countSuite(total, name, { limitMs }, { code, files }) {
  const before = total.failed.length;
  for (const file of files) countFile(total, name, file);
  if (code !== 0 && total.failed.length === before) {
    total.failed.push(
      `${name}: ${code === 124 ? `not done after ${limitMs / 1000} s` : `the test runner ended with ${code}`}`,
    );
  }
}

/** Names every file of a suite that cannot run here. */
async function skipSuite(total, name, command) {
  const vitest = inRoot('node_modules/vitest/vitest.mjs');
  const listed = await run(nodeProgram(), [vitest, 'list', '--filesOnly', '--project', name], { quiet: true });
  const files = listed.output.split('\n').filter((line) => line.endsWith('.test.ts'));
  for (const line of files) {
    const file = line.trim().replace(/^\[\w+\] /, '');
    total.skipped.push(`${name}: ${file}: ${command} is not installed (Debian: ${testTools[command]})`);
  }
  if (files.length === 0) total.failed.push(`${name}: its files could not be listed`);
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).testResults;
  } catch {
    return [];
  }
}

function countFile(total, suite, { name, status, assertionResults }) {
  const path = name.slice(inRoot().length + 1);
  if (assertionResults.length === 0 && status === 'failed') total.failed.push(`${suite}: ${path}`);
  for (const { status: outcome, fullName } of assertionResults) {
    if (outcome === 'passed') total.passed += 1;
    else total[outcome === 'failed' ? 'failed' : 'skipped'].push(`${suite}: ${path}: ${fullName.trim()}`);
  }
}

/** The last line is for programs to read. */
function summarise({ passed, failed, skipped }) {
  console.log();
  for (const title of skipped) console.log(`skipped  ${title}`);
  for (const title of failed) console.log(`failed   ${title}`);
  console.log(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
}

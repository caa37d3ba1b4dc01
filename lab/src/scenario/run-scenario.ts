import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvalidInputError, messageOf, toSnakeCase } from '@patronus/core';
import { fileProblems } from '../check-yaml.ts';
import { labHome } from '../machine/index.ts';
import { labProblems } from './lab-problems.ts';
import { loadScenario } from './load-scenario.ts';
import { plotReport } from './plot/index.ts';
import type { ScenarioLab } from './ports.ts';
import { reportData, type ScenarioReport } from './report.ts';
import { runOnLab } from './run.ts';
import type { Scenario } from './scenario.ts';
import { scenarioLab } from './scenario-lab.ts';

const shippedDir = fileURLToPath(new URL('../../scenarios/', import.meta.url));
const extension = '.yaml';

export interface RunScenarioOptions {
  readonly dataDir: string;
  /** Shipped scenarios or suites by name, or paths of YAML files; absent: all that are shipped for the default lab. */
  readonly names?: readonly string[];
  /** Hears what is being done. */
  readonly onProgress?: (step: string) => void;
  /** Hears of each scenario as soon as it is over. */
  readonly onReport?: (report: WrittenReport) => void;
}

/** A report and the files that it was written to. */
export interface WrittenReport extends ScenarioReport {
  readonly plotFile: string;
  readonly dataFile: string;
}

/** Names of the scenarios that are shipped for the default lab, or of those of a suite, as `resilience/loss`. */
export const shippedScenarios = (suite = ''): string[] =>
  readdirSync(join(shippedDir, suite))
    .filter((file) => file.endsWith(extension))
    .map((file) => join(suite, basename(file, extension)))
    .toSorted();

/** Names of the suites that are shipped: folders of scenarios for a topology of the same name. */
export const shippedSuites = (): string[] =>
  readdirSync(shippedDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();

const isShipped = (name: string): boolean => shippedSuites().some((suite) => shippedScenarios(suite).includes(name));

/**
 * Runs scenarios one after the other on the lab that is up, and writes a plot and the data of each below `lab/reports`.
 * All files are read and checked, also against the lab, before the first begins.
 * @throws InvalidInputError for what is wrong in a file; PatronusError `not_found` where no lab is up. What goes wrong
 * during a run is told in its report.
 */
export async function runScenario(options: RunScenarioOptions): Promise<WrittenReport[]> {
  const say = options.onProgress ?? (() => undefined);
  const lab = scenarioLab(options.dataDir);
  const scenarios: Scenario[] = [];
  const names = options.names ?? shippedScenarios();
  for (const name of names.flatMap((each) => (shippedSuites().includes(each) ? shippedScenarios(each) : [each]))) {
    const file = scenarioFile(name);
    const scenario = await loadScenario(file);
    const problems = labProblems(scenario, lab.plan);
    if (problems.length > 0) throw fileProblems(file, problems);
    scenarios.push(scenario);
  }
  const reports: WrittenReport[] = [];
  for (const scenario of scenarios) {
    const report = await runOrTell(lab, scenario, (step) => say(`${scenario.name}: ${step}`));
    const written = write(options.dataDir, report);
    reports.push(written);
    options.onReport?.(written);
  }
  return reports;
}

/** What keeps one scenario from being carried out fails that one, and lets the others run. */
async function runOrTell(lab: ScenarioLab, scenario: Scenario, say: (step: string) => void): Promise<ScenarioReport> {
  const startedMs = Date.now();
  try {
    return await runOnLab(lab, scenario, say);
  } catch (error) {
    const endedMs = Math.max(Date.now(), startedMs + 1000);
    return {
      scenario,
      observations: { startedMs, endedMs, steps: [], streams: [], decisions: [], events: [], measurements: [] },
      verdicts: [{ holds: false, expected: 'it can be carried out', found: messageOf(error) }],
      holds: false,
    };
  }
}

function scenarioFile(name: string): string {
  if (name.endsWith(extension)) return resolve(name);
  if (shippedScenarios().includes(name) || isShipped(name)) return join(shippedDir, `${name}${extension}`);
  throw new InvalidInputError([
    {
      field: 'scenario',
      problem: `there is none called "${name}"`,
      remedy: `name a YAML file, or one of ${[...shippedSuites(), ...shippedScenarios()].join(', ')}`,
    },
  ]);
}

function write(dataDir: string, report: ScenarioReport): WrittenReport {
  const dir = join(labHome(dataDir).dir, 'reports');
  mkdirSync(dir, { recursive: true });
  const time = new Date(report.observations.startedMs).toISOString().replaceAll(/[:.]/g, '-');
  const stem = join(dir, `${report.scenario.name}-${time}`);
  const [plotFile, dataFile] = [`${stem}.svg`, `${stem}.json`];
  writeFileSync(plotFile, plotReport(report));
  writeFileSync(dataFile, `${JSON.stringify(toSnakeCase({ ...reportData(report), plot: plotFile }), null, 2)}\n`);
  return { ...report, plotFile, dataFile };
}

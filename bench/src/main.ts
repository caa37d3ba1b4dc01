import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench, BenchLine } from './bench-line.ts';
import { cleanUpOnSignals, endBySignal } from './clean-up.ts';

/*
 * npm run bench -- NAME[/PART]… [--json]
 *
 * Every file in this folder that exports `bench` is one. Figures go to standard output, as a table or as one JSON object per
 * line; what the benches say on the way goes to standard error.
 */

const usage = 'Usage: npm run bench -- NAME[/PART]… [--json], or "all"';

async function findBenches(): Promise<Map<string, Bench>> {
  const files = readdirSync(import.meta.dirname).filter(
    (file) => file.endsWith('.js') && file !== basename(import.meta.filename),
  );
  const found = await Promise.all(
    files.toSorted().map(async (file) => {
      const { bench } = (await import(`./${file}`)) as { bench?: Bench };
      return bench === undefined ? [] : [[basename(file, '.js'), bench] as const];
    }),
  );
  return new Map(found.flat());
}

interface Choice {
  readonly name: string;
  readonly bench: Bench;
  readonly part?: string;
}

/** What `NAME` or `NAME/PART` asks for; null where there is no such bench or part. */
function choose(benches: ReadonlyMap<string, Bench>, wanted: string): Choice | null {
  const [name = '', ...rest] = wanted.split('/');
  const bench = benches.get(name);
  if (bench === undefined) return null;
  if (rest.length === 0) return { name, bench };
  const part = rest.join('/');
  return bench.parts?.includes(part) ? { name, bench, part } : null;
}

async function runBench({ name, bench, part }: Choice, json: boolean): Promise<void> {
  const lines: BenchLine[] = [];
  await bench.run((figures) => {
    const line = { bench: name, ...figures };
    lines.push(line);
    if (json) process.stdout.write(`${JSON.stringify(line)}\n`);
  }, part);
  if (!json) process.stdout.write(table(lines));
}

function table(lines: readonly BenchLine[]): string {
  const rows = lines.map(({ bench, metric, value, unit, baseline, ratio, samples }) => [
    bench,
    metric,
    `${round(value)} ${unit}`,
    baseline === undefined ? '' : `${round(baseline)} ${unit}`,
    ratio === undefined ? '' : ratio.toFixed(3),
    String(samples),
  ]);
  const all = [['bench', 'metric', 'value', 'baseline', 'ratio', 'samples'], ...rows];
  const widths = all[0]!.map((_title, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** Four significant digits, as no figure here is known better. */
const round = (value: number): string => String(Number(value.toPrecision(4)));

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const benches = await findBenches();
  const names = positionals.includes('all') ? [...benches.keys()] : positionals;
  const choices = names.map((name) => choose(benches, name));
  const unknown = names[choices.indexOf(null)];
  if (unknown !== undefined) process.stderr.write(`There is no bench "${unknown}".\n`);
  if (names.length === 0 || unknown !== undefined || values.help) {
    const list = Array.from(benches, ([name, { about, parts = [] }]) => {
      const alone = parts.length === 0 ? '' : `; alone: ${parts.map((part) => `${name}/${part}`).join(', ')}`;
      return `  ${name.padEnd(12)} ${about}${alone}\n`;
    });
    process.stderr.write(`${usage}\n\n${list.join('')}`);
    return unknown === undefined ? 0 : 2;
  }
  cleanUpOnSignals();
  for (const choice of choices) await runBench(choice!, values.json);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const end = endBySignal();
  if (end === null) throw error;
  await end;
}

import { setTimeout as delay } from 'node:timers/promises';
import { collectGarbage } from '@patronus/controller/parts';
import { PatronusError } from '@patronus/core';
import { BenchController } from './bench-controller.ts';
import type { Bench } from './bench-line.ts';

const rounds = 30;
/** From the moment at which a request has been read; here sending and reading it come on top. */
const limitMs = 50;

const query = (text: string): string => JSON.stringify({ query: text });
const many = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

/** Requests that ask for too much, each refused by another rule. */
const hostile: Readonly<Record<string, () => string>> = {
  '10,000 aliases': () => query(`{ ${many(10_000, (index) => `a${index}: sites { id }`)} }`),
  'depth 100': () => query(`{ sites ${'{ endpoints '.repeat(100)} { id } ${'}'.repeat(100)} }`),
  'batch of 1,000': () => JSON.stringify(Array.from({ length: 1_000 }, () => ({ query: '{ sites { id } }' }))),
  'fragments in a circle': () => query('{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }'),
  'fragments that double': () =>
    query(`{ sites { ...f0 } } ${many(30, (i) => `fragment f${i} on Site { ...f${i + 1} ...f${i + 1} }`)}`),
  'list 1,900 deep': () => query(`{ sites(status: ${'['.repeat(1_900)}${']'.repeat(1_900)}) { id } }`),
  'JSON 100,000 deep': () => '['.repeat(100_000),
  'body of 10 MB': () => query(`{ sites { id } } # ${'x'.repeat(10_000_000)}`),
};

export const bench: Bench = {
  about: `how long hostile requests take until they are refused, at most ${limitMs} ms, and what memory they leave behind`,
  async run(report) {
    const controller = new BenchController();
    try {
      await controller.run(async (_api, url) => {
        // The first round loads code and fills what is kept for good.
        for (const make of Object.values(hostile)) await timesOf(`${url}/graphql`, make());
        const before = await memoryAtRest();
        for (const [metric, make] of Object.entries(hostile)) {
          const times = await timesOf(`${url}/graphql`, make());
          report({ metric: `${metric}, median`, value: times[Math.floor(rounds / 2)]!, unit: 'ms', samples: rounds });
          report({ metric: `${metric}, worst`, value: times.at(-1)!, unit: 'ms', samples: rounds });
        }
        const after = await memoryAtRest();
        const samples = rounds * Object.keys(hostile).length;
        for (const [metric, value] of Object.entries(after)) {
          const baseline = before[metric as keyof typeof before];
          const told = { metric: `${metric} afterwards`, value, unit: 'MB', baseline, ratio: value / baseline };
          report({ ...told, samples });
        }
      });
    } finally {
      controller.remove();
    }
  },
};

/** Connections that were hung up on are let go some time after the answer. */
const restMs = 2_000;

/** Of controller and client, which are one process here, MB; the heap with what it holds outside of itself. */
async function memoryAtRest() {
  await delay(restMs);
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: (heapUsed + external) / 1e6, 'resident memory': rss / 1e6 };
}

/** In order. Errors: `internal` where one was not refused. */
async function timesOf(url: string, body: string): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    const refusal = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }).then(
      (answer) => answer.text(),
      // A server that has read enough hangs up on whoever goes on sending.
      () => 'too_large',
    );
    times.push(performance.now() - started);
    if (!/errors|too_large/.test(refusal))
      throw new PatronusError('internal', `was not refused: ${refusal.slice(0, 200)}`);
  }
  return times.toSorted((a, b) => a - b);
}

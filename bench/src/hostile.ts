import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { PatronusError, percentile } from '@patronus/core';
import type { Bench } from './bench-line.ts';
import { memoryOf, withController, type Server } from './server-process.ts';

const rounds = 30;
/** From the moment at which a request has been read; here sending it comes on top. */
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
  run: (report) =>
    withController(async (controller, token) => {
      const requests = Object.entries(hostile).map(([name, make]) => [name, requestOf(make(), token)] as const);
      // The first round loads code and fills what is kept for good.
      for (const [, request] of requests) await timesOf(controller, request);
      const before = await memoryAtRest(controller);
      for (const [metric, request] of requests) {
        const times = await timesOf(controller, request);
        const worst = Math.max(...times);
        report({ metric: `${metric}, median`, value: percentile(times, 0.5), unit: 'ms', samples: rounds });
        report({ metric: `${metric}, worst`, value: worst, unit: 'ms', samples: rounds });
      }
      const after = await memoryAtRest(controller);
      const samples = rounds * requests.length;
      const compare = (metric: string, value: number, baseline: number): void =>
        report({ metric: `${metric} afterwards`, value, unit: 'MB', baseline, ratio: value / baseline, samples });
      compare('heap', after.heap, before.heap);
      compare('resident memory', after.resident, before.resident);
    }),
};

/** Connections that were hung up on are let go some time after the answer. */
const restMs = 2_000;

async function memoryAtRest(controller: Server) {
  await delay(restMs);
  return memoryOf(controller);
}

function requestOf(body: string, token: string): Buffer {
  const bytes = Buffer.from(body);
  const head = [
    'POST /graphql HTTP/1.1',
    'host: localhost',
    `authorization: Bearer ${token}`,
    'content-type: application/json',
    `content-length: ${bytes.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bytes]);
}

async function timesOf({ port }: Server, request: Buffer): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await refusalTime(port, request));
  return times;
}

const isRefusal = (answer: string): boolean => /"errors"|too_large/.test(answer);

/** From the first byte sent until the answer has begun. Errors: `internal` where it is no refusal. */
function refusalTime(port: number, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let [sentMs, told] = [0, ''];
    const socket = connect(port, '127.0.0.1', () => {
      sentMs = performance.now();
      socket.write(request);
    });
    const end = (): void => {
      const tookMs = performance.now() - sentMs;
      socket.destroy();
      // A server that has read enough hangs up on whoever goes on sending, and its answer is lost on the way.
      if (told === '' || isRefusal(told)) resolve(tookMs);
      else reject(new PatronusError('internal', `was not refused: ${told.slice(0, 400)}`));
    };
    socket.on('data', (data) => {
      told += data.toString('latin1');
      if (isRefusal(told)) end();
    });
    socket.on('close', end);
    // Followed by the end.
    socket.on('error', () => undefined);
  });
}

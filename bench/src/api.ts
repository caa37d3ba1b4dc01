import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, BenchLine } from './bench-line.ts';
import { sendLoad, type LoadResult } from './http-load.ts';
import { ask, cpuOf, headersOf, portOf, withController, type Server } from './server-process.ts';

const policyCount = 50;
const siteCount = 10;
const connectionCounts = [1, 8, 64];
const seconds = 4;
/** What users were promised. */
const offeredRate = 10_000;
/** A change this often takes every answer that is kept. */
const changeEveryMs = 100;
const query = 'query { policies { id priority name description packets_matched bytes_matched } }';

type Report = (line: Omit<BenchLine, 'bench'>) => void;

/** A request as it is sent, and what the controller answers to it. */
interface Question {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: string;
}

const questions: readonly Question[] = [
  { name: 'GraphQL policies', method: 'POST', path: '/graphql', body: JSON.stringify({ query }) },
  { name: 'REST sites', method: 'GET', path: '/api/v1/sites', body: '' },
];

export const bench: Bench = {
  about: `api: signed-in GraphQL (${policyCount} policies) and REST lists against Node's bare HTTP server; p99 at most 5 ms`,
  run: (report) =>
    withController(async (controller, token) => {
      await seed(controller.port, token);
      for (const question of questions) await measure(report, controller, token, question);
    }),
};

/** The same load, one after the other, on the controller and on a bare server that answers the same bytes. */
async function measure(report: Report, controller: Server, token: string, question: Question): Promise<void> {
  const bare = await startBare(await answerOf(controller.port, token, question));
  try {
    const at = async (server: Server, connections: number, rate: number | null): Promise<Measured> => {
      const beforeUs = await cpuOf(server);
      const { port } = server;
      const result = await sendLoad({ port, request: requestOf(question, token), connections, seconds, rate });
      // Those of the warm-up took time as well.
      return { ...result, cpuUs: ((await cpuOf(server)) - beforeUs) / result.allAnswers };
    };
    for (const connections of connectionCounts) {
      const baseline = await at(bare, connections, null);
      const ours = await at(controller, connections, null);
      tell(report, `${question.name}, ${connections} connections`, ours, baseline);
    }
    const most = connectionCounts.at(-1)!;
    const baseline = await at(bare, most, offeredRate);
    tell(report, `${question.name}, ${offeredRate} req/s offered`, await at(controller, most, offeredRate), baseline);
    const stop = new AbortController();
    const changing = changeAgainAndAgain(controller.port, token, stop.signal);
    const disturbed = await at(controller, most, offeredRate);
    stop.abort();
    await changing;
    tell(
      report,
      `${question.name}, ${offeredRate} req/s offered, a change every ${changeEveryMs} ms`,
      disturbed,
      baseline,
    );
  } finally {
    bare.process.disconnect();
  }
}

interface Measured extends LoadResult {
  /** Processor time of the server per answer; a busy machine changes it less than it changes rates. */
  readonly cpuUs: number;
}

function tell(report: Report, metric: string, ours: Measured, bare: Measured): void {
  const line = (what: string, unit: string, value: number, baseline: number): void =>
    report({ metric: `${metric}, ${what}`, value, unit, baseline, ratio: value / baseline, samples: ours.answers });
  line('rate', 'req/s', ours.rate, bare.rate);
  line('p50', 'ms', ours.p50Ms, bare.p50Ms);
  line('p99', 'ms', ours.p99Ms, bare.p99Ms);
  line('processor time of the server per answer', 'µs', ours.cpuUs, bare.cpuUs);
}

function requestOf({ method, path, body }: Question, token: string): Buffer {
  const headers = { host: 'localhost', ...headersOf(token), 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** Head and body of the answer; the bare server sends both, so that the two differ in nothing but who works them out. */
async function answerOf(port: number, token: string, { method, path, body }: Question) {
  const response = await ask(port, method, path, token, body);
  const own = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding']);
  const headers = Object.fromEntries([...response.headers].filter(([name]) => !own.has(name)));
  return { headers, body: await response.text() };
}

async function seed(port: number, token: string): Promise<void> {
  for (let index = 1; index <= siteCount; index++) {
    await ask(port, 'POST', '/api/v1/sites', token, {
      name: `site-${index}`,
      location: 'somewhere',
      prefixes: [`10.${index}.0.0/24`],
      endpoints: [{ label: 'mpls', device: 'eth0', address: `192.0.2.${index}` }],
    });
  }
  // The default policy is one of them.
  for (let index = 1; index < policyCount; index++) {
    await ask(port, 'POST', '/api/v1/policies', token, {
      name: `policy ${index}`,
      description: 'Route time-sensitive traffic',
      priority: index,
      match_conditions: { protocol: 'udp', destination_ports: [{ from: 1_000 + index, to: 1_000 + index }] },
    });
  }
  // Documents are compiled a moment after the last change.
  await delay(1_000);
}

async function changeAgainAndAgain(port: number, token: string, signal: AbortSignal): Promise<void> {
  for (let change = 0; !signal.aborted; change++) {
    await ask(port, 'PATCH', '/api/v1/sites/site-1', token, { location: `room ${change}` });
    await delay(changeEveryMs);
  }
}

async function startBare(answer: { headers: Record<string, string>; body: string }): Promise<Server> {
  const child = fork(join(import.meta.dirname, 'api-servers', 'bare.js'));
  child.send(answer);
  return { process: child, port: await portOf(child) };
}

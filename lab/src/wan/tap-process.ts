import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { rmSync } from 'node:fs';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf } from '@patronus/core';
import { settingWidth, writeImpairment } from './delay-line.ts';
import { lineDirections, type LineSetting } from './impairment.ts';
import type { TapWorkerData } from './tap-worker.ts';

/**
 * The program that is the wire of every line: it makes a pair of TAP devices for each, and carries frames between them
 * with the delay, jitter, loss and rate it was last told over its Unix socket (one JSON list of settings per line of
 * text, answered by `ok` or an error).
 */
export interface TapProcessOptions {
  readonly socket: string;
  readonly lines: readonly { readonly line: string; readonly siteDevice: string; readonly networkDevice: string }[];
}

/** One worker waits on at most 31 devices. */
const linesPerWorker = 15;

const options = JSON.parse(process.argv[2] ?? '{}') as TapProcessOptions;
const settings = new Map<string, Float64Array>();

await Promise.all(
  Array.from({ length: Math.ceil(options.lines.length / linesPerWorker) }, (_, index) =>
    startWorker(options.lines.slice(index * linesPerWorker, (index + 1) * linesPerWorker)),
  ),
);

rmSync(options.socket, { force: true });
createServer((connection) => {
  connection.on('error', () => connection.destroy());
  createInterface({ input: connection }).on('line', (text) => connection.write(`${answer(text)}\n`));
}).listen(options.socket, () => process.stdout.write('ready\n'));

function answer(text: string): string {
  try {
    for (const setting of JSON.parse(text) as LineSetting[]) {
      const shared = settings.get(`${setting.line} ${setting.direction}`);
      if (shared === undefined) return `no line ${setting.line} ${setting.direction}`;
      writeImpairment(shared, setting.impairment);
    }
    return 'ok';
  } catch (error) {
    return messageOf(error);
  }
}

function startWorker(lines: TapProcessOptions['lines']): Promise<void> {
  const shared = new SharedArrayBuffer(lines.length * 2 * settingWidth * 8);
  lines.forEach(({ line }, index) => {
    lineDirections.forEach((direction, offset) => {
      const at = (index * 2 + offset) * settingWidth * 8;
      settings.set(`${line} ${direction}`, new Float64Array(shared, at, settingWidth));
    });
  });
  const workerData: TapWorkerData = { lines, settings: shared };
  const worker = new Worker(new URL(`./tap-worker${extname(import.meta.url)}`, import.meta.url), { workerData });
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', (error) => {
      reject(error instanceof Error ? error : new Error(String(error)));
      process.exitCode = 1;
    });
  });
}

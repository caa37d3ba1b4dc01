import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultOverlay, median, PatronusError, percentile } from '@patronus/core';
import type { SiteDocument } from '@patronus/protocol';
import type { Bench } from './bench-line.ts';
import { LineCapture, lineDelays, type LineDelay } from './line-capture.ts';
import type { FromEnd, Round, ToEnd } from './probe-load-end.ts';
import { farAddresses, farDocument, nearAddresses, nearDocument, nextHops, pathCount } from './probe-load-sites.ts';

/*
 *   near                              far
 *   16 probe addresses   emulated     400 probe addresses
 *   the edge measured ── line of ──── 25 sites of 16 endpoints pairs,
 *                        25 ms        one reflector and prober for all
 *
 * Both ends probe every path at the default profile, so the edge sends 4,000 probes a second, gets as many answers, and
 * answers as many.
 */
const delayMs = 25;
const settleMs = 8_000;
const measureMs = 20_000;
const upWithinMs = 30_000;
/** A path's delay is taken over its last 20 replies: two seconds at 100 ms. */
const windowMs = 2_000;

export const bench: Bench = {
  about: 'processor time, memory and exactness of an edge that probes 400 paths at 100 ms',
  async run(report) {
    if (process.getuid?.() !== 0) {
      throw new PatronusError(
        'forbidden',
        'probe-load needs network namespaces; run it as root or under unshare -Urnm',
      );
    }
    const line = new EmulatedLine();
    const ends: End[] = [];
    try {
      line.build();
      ends.push(new End(line.far, 'the far end'), new End(line.near, 'the edge'));
      const [far, near] = ends as [End, End];
      await Promise.all([far.configure(farDocument()), near.configure(nearDocument())]);
      await Promise.all(ends.map((end) => end.waitUntilUp(pathCount)));
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      const { measured, delays } = await line.whileCaptured(() => near.measure(measureMs));
      const under = `400 paths at 100 ms, thread priority ${measured.priority}`;
      const once = { samples: 1 };
      report({ metric: `processor share of one core, ${under}`, value: 100 * measured.cpuShare, unit: '%', ...once });
      report({ metric: `resident memory, ${under}`, value: measured.rssBytes / 1e6, unit: 'MB', ...once });
      reportDelays(report, measured.rounds, delays);
    } finally {
      for (const end of ends) end.stop();
      line.remove();
    }
  },
};

/**
 * Compares every reported delay with the median of what the path's probes of the last two seconds really had, as captured at
 * both ends of the line.
 */
function reportDelays(report: Parameters<Bench['run']>[0], rounds: readonly Round[], line: readonly LineDelay[]): void {
  const onPath = Map.groupBy(line, ({ path }) => path);
  const addressOf = new Map<string, string>(nearDocument().paths.map((each) => [each.id, each.remoteProbeAddress]));
  const errors = rounds.flatMap(({ atMs, paths }) =>
    paths.flatMap(({ pathId: id, quality }) => {
      const passed = (onPath.get(addressOf.get(id)!) ?? []).filter(
        (each) => each.atMs <= atMs - delayMs && each.atMs > atMs - delayMs - windowMs,
      );
      if (passed.length < windowMs / 200 || quality.forward.delayMs === null) return [];
      return [Math.abs(quality.forward.delayMs - median(passed.map((each) => each.delayMs)))];
    }),
  );
  const delays = line.map((each) => each.delayMs);
  const emulated = `line of ${delayMs} ms one way (wirefilter between TAP devices)`;
  const metrics = [
    [`measured against real delay, p95, ${emulated}`, percentile(errors, 0.95), errors.length],
    [`measured against real delay, median, ${emulated}`, median(errors), errors.length],
    [`real delay of a probe, median, ${emulated}`, median(delays), delays.length],
    [`real delay of a probe, p95, ${emulated}`, percentile(delays, 0.95), delays.length],
  ] as const;
  for (const [metric, value, samples] of metrics) report({ metric, value, unit: 'ms', samples });
}

/** Two namespaces, and between them a line that delays every packet: TAP, switch, wirefilter, switch, TAP. */
class EmulatedLine {
  readonly near: string;
  readonly far: string;
  readonly #directory = mkdtempSync(join(tmpdir(), 'probe-load-'));
  readonly #programs: ChildProcess[] = [];

  constructor() {
    const tag = `pt${randomBytes(3).toString('hex')}`;
    this.near = `${tag}n`;
    this.far = `${tag}f`;
  }

  build(): void {
    for (const [space, own, other] of [
      [this.near, '192.0.2.1', '192.0.2.2'],
      [this.far, '192.0.2.2', '192.0.2.1'],
    ] as const) {
      ip('netns', 'add', space);
      this.#start('ip', ['netns', 'exec', space, 'vde_switch', '-s', join(this.#directory, space), '-tap', 'line']);
      waitFor(() => ip('-n', space, '-o', 'link').includes('line:'), `TAP device in ${space}`);
      ip('-n', space, 'address', 'add', `${own}/24`, 'dev', 'line');
      ip('-n', space, 'link', 'set', 'line', 'up');
      ip('-n', space, 'link', 'set', 'lo', 'up');
      ip('-n', space, 'route', 'add', defaultOverlay, 'via', other);
    }
    const plugs = `${join(this.#directory, this.near)}:${join(this.#directory, this.far)}`;
    this.#start('wirefilter', ['-v', plugs, '-d', String(delayMs)]);
    batch(this.near, [...nearAddresses().map((address) => `address add ${address}/32 dev lo`), ...nextHops()]);
    batch(
      this.far,
      farAddresses().map((address) => `address add ${address}/32 dev lo`),
    );
  }

  /** What an action answers, and the delays of the edge's probes meanwhile. */
  async whileCaptured<T>(action: () => Promise<T>): Promise<{ measured: T; delays: LineDelay[] }> {
    const filter = `udp dst port 862 and dst net ${defaultOverlay} and not dst net 100.64.0.0/24`;
    const [near, far] = [this.near, this.far].map((space) => {
      return new LineCapture(space, 'line', join(this.#directory, `${space}.pcap`), filter);
    }) as [LineCapture, LineCapture];
    try {
      await Promise.all([near.started(), far.started()]);
      const measured = await action();
      return { measured, delays: lineDelays(await near.end(), await far.end()) };
    } finally {
      near.kill();
      far.kill();
    }
  }

  remove(): void {
    for (const program of this.#programs) program.kill();
    for (const space of [this.near, this.far]) {
      try {
        ip('netns', 'delete', space);
      } catch {
        // Building it had failed before.
      }
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Above the ends in priority, so that the line's delay does not depend on what it is to measure. */
  #start(program: string, args: readonly string[]): void {
    this.#programs.push(spawn('chrt', ['-r', '2', program, ...args], { stdio: ['pipe', 'ignore', 'ignore'] }));
  }
}

/** A process that probes and reflects in a namespace. */
class End {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #ended: Promise<never>;

  constructor(namespace: string, name: string) {
    const program = new URL(`./probe-load-end${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
    const node = [process.execPath, ...process.execArgv, program.pathname];
    this.#name = name;
    this.#child = spawn('ip', ['netns', 'exec', namespace, ...node], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#ended = new Promise<never>((_resolve, reject) => {
      this.#child.once('exit', (code) => reject(new PatronusError('internal', `${name} ended with code ${code}`)));
    });
    this.#ended.catch(() => {});
  }

  async configure(document: SiteDocument): Promise<void> {
    this.#send({ type: 'configure', document });
    await this.#hear((message) => (message.type === 'configured' ? true : null), 10_000);
  }

  async waitUntilUp(count: number): Promise<void> {
    await this.#hear((message) => (message.type === 'up' && message.paths === count ? true : null), upWithinMs);
  }

  async measure(durationMs: number): Promise<FromEnd & { type: 'measured' }> {
    this.#send({ type: 'measure', durationMs });
    return await this.#hear((message) => (message.type === 'measured' ? message : null), durationMs + 10_000);
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  #send(message: ToEnd): void {
    this.#child.send(message);
  }

  async #hear<T>(accept: (message: FromEnd) => T | null, withinMs: number): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let last: FromEnd | null = null;
    const listen = (message: FromEnd): void => {
      last = message;
      if (message.type === 'failed') reject(new PatronusError('internal', `${this.#name}: ${message.reason}`));
      const answer = accept(message);
      if (answer !== null) resolve(answer);
    };
    const timeout = setTimeout(() => {
      const told = last === null ? 'nothing' : JSON.stringify(last).slice(0, 200);
      reject(new PatronusError('timeout', `${this.#name} was not ready within ${withinMs} ms; it last told ${told}`));
    }, withinMs);
    this.#child.on('message', listen);
    try {
      return await Promise.race([promise, this.#ended]);
    } finally {
      clearTimeout(timeout);
      this.#child.off('message', listen);
    }
  }
}

const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8', timeout: 10_000 });

const batch = (namespace: string, lines: readonly string[]): void => {
  execFileSync('ip', ['-n', namespace, '-batch', '-'], { input: `${lines.join('\n')}\n`, timeout: 30_000 });
};

function waitFor(condition: () => boolean, what: string): void {
  const deadlineMs = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new PatronusError('timeout', `no ${what} within 5 s`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

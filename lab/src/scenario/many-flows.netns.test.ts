import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ControllerApi, labDown, labUp, readControllerFile, runningLab } from '../lifecycle/index.ts';
import type { PathItem } from '../lifecycle/seed.ts';
import { resilienceTopologyFile } from '../topology/index.ts';
import { labHosts } from '../traffic/index.ts';
import { until } from '../until.ts';

const flowsOfEach = 5_000;
const failovers = 100;
const [tcpPort, udpPort] = [8000, 17_000];
const isSlowWelcome = process.env['PATRONUS_SLOW_TESTS'] === '1';
const isBuilt = existsSync(new URL('../../../apps/cli/dist/main.js', import.meta.url));

/** Echoes what comes, over either. */
const server = `
  const net = require('node:net'), dgram = require('node:dgram');
  net.createServer((socket) => socket.on('data', (data) => socket.write(data)).on('error', () => {}))
    .listen(${tcpPort}, () => {
      const udp = dgram.createSocket({ type: 'udp4', recvBufferSize: 4e6 });
      udp.on('message', (data, { port, address }) => udp.send(data, port, address));
      udp.bind(${udpPort}, () => console.log('ready'));
    });
  process.stdin.on('end', () => process.exit()).resume();`;

/**
 * Opens the flows, and has each say something every 10 s. Tells how many are open, and on each line of its input how many broke
 * and how many were answered since the line before.
 */
const client = (address: string): string => `
  const net = require('node:net'), dgram = require('node:dgram');
  const count = ${flowsOfEach};
  let broken = 0, open = 0;
  const answered = { tcp: new Set(), udp: new Set() };
  const say = [];
  const openTcp = (index) => new Promise((resolve) => {
    const socket = net.connect(${tcpPort}, '${address}', () => { open++; resolve(); });
    socket.on('data', () => answered.tcp.add(index)).on('error', () => { broken++; resolve(); }).on('close', () => { broken++; });
    say.push(() => socket.write('x'));
  });
  const openUdp = (index) => new Promise((resolve) => {
    const socket = dgram.createSocket('udp4');
    socket.on('message', () => answered.udp.add(index)).on('error', () => { broken++; });
    socket.connect(${udpPort}, '${address}', () => { open++; resolve(); });
    say.push(() => socket.send('x', () => {}));
  });
  (async () => {
    for (let index = 0; index < count; index += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, i) => [openTcp(index + i), openUdp(index + i)]).flat());
    }
    let next = 0;
    setInterval(() => { for (let i = 0; i < count / 100; i++) say[next++ % say.length](); }, 50);
    console.log(JSON.stringify({ open }));
  })();
  require('node:readline').createInterface({ input: process.stdin }).on('line', () => {
    console.log(JSON.stringify({ broken, tcp: answered.tcp.size, udp: answered.udp.size }));
    answered.tcp.clear(); answered.udp.clear();
  }).on('close', () => process.exit());`;

interface Told {
  readonly broken: number;
  readonly tcp: number;
  readonly udp: number;
}

interface Decision {
  readonly policy: string;
  readonly source_site: string;
  readonly dest_site: string;
  readonly paths: readonly { readonly source_label: string }[];
}

const reason = isSlowWelcome
  ? isBuilt
    ? process.getuid?.() === 0
      ? null
      : 'needs root'
    : 'the programs are not built'
  : 'minutes: PATRONUS_SLOW_TESTS=1';
describe.skipIf(reason !== null)(`many flows${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'ptlab-'));
  const programs: ChildProcess[] = [];
  let api: ControllerApi;

  beforeAll(async () => {
    await labUp({ dataDir, port: 0, edgePort: 0, file: resilienceTopologyFile });
    api = new ControllerApi(dataDir, readControllerFile(dataDir)!.http_url);
  }, 400_000);
  afterAll(async () => {
    for (const program of programs) program.kill('SIGKILL');
    await labDown({ dataDir });
    rmSync(dataDir, { recursive: true });
  }, 60_000);

  /** Runs a script in a host, and answers line by line. */
  const start = (site: string, script: string) => {
    const child = labHosts(runningLab(dataDir)).start({ site }, [process.execPath, '-e', script]);
    programs.push(child);
    child.stderr!.pipe(process.stderr);
    const lines = createInterface({ input: child.stdout! });
    return { child, line: async (): Promise<string> => ((await once(lines, 'line')) as [string])[0] };
  };

  const pathsOver = async (label: string): Promise<PathItem[]> =>
    (await api.list<PathItem>('/paths')).filter(
      (path) => path.source_label === label && [path.source_site, path.dest_site].toSorted().join() === 'branch,hq',
    );

  /** Everything between branch and hq goes over this line, both ways. */
  const uses = async (label: string): Promise<boolean> => {
    const decisions = (await api.list<Decision>('/decisions')).filter(
      ({ policy, source_site: from, dest_site: to }) =>
        ['calls', 'web'].includes(policy) && [from, to].toSorted().join() === 'branch,hq',
    );
    return decisions.length === 4 && decisions.every(({ paths }) => paths.every((path) => path.source_label === label));
  };

  test(`${2 * flowsOfEach} TCP and UDP flows live through ${failovers} failovers, and none is reset`, async () => {
    const address = labHosts(runningLab(dataDir)).addressOf({ site: 'hq' });
    await start('hq', server).line();
    const flows = start('branch', client(address));
    expect(JSON.parse(await flows.line())).toEqual({ open: 2 * flowsOfEach });
    const ask = async (): Promise<Told> => {
      const told = flows.line();
      flows.child.stdin!.write('\n');
      return JSON.parse(await told) as Told;
    };
    const lines = ['mpls', 'broadband'] as const;
    for (let failover = 1; failover <= failovers; failover++) {
      const [left, taken] = failover % 2 === 1 ? lines : lines.toReversed();
      const [back, off] = await Promise.all([pathsOver(taken), pathsOver(left)]);
      await Promise.all([
        ...back.map(({ id }) => api.request('DELETE', `/paths/${id}/failover`).catch(() => null)),
        ...off.map(({ id }) => api.request('POST', `/paths/${id}/failover`, { reason: 'trial' })),
      ]);
      await until(`failover ${failover} to ${taken}`, 20_000, () => uses(taken), 100);
      expect((await ask()).broken, `after failover ${failover}`).toBe(0);
    }
    await delay(3_000);
    await ask();
    await delay(15_000);
    expect(await ask()).toEqual({ broken: 0, tcp: flowsOfEach, udp: flowsOfEach });
  }, 900_000);
});

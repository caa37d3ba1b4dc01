import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPrograms, killPrograms, labHome, openWorld, runIn, runScript, type World } from '../machine/index.ts';
import { labNamespacePrefix, planLab, type Topology } from '../topology/index.ts';
import { buildNetwork } from './build-network.ts';
import { labDown } from './lab-down.ts';
import { labBreak, labHeal, labImpair } from './lab-lines.ts';
import { writeLabState } from './lab-state.ts';

const topology: Topology = {
  name: 'test',
  links: [
    ['mpls', 'mpls'],
    ['lte', 'mpls'],
  ],
  sites: [
    { name: 'a', lan: '10.1.0.0/24', endpoints: [{ label: 'mpls', delay_ms: 8 }] },
    {
      name: 'b',
      lan: '10.2.0.0/24',
      endpoints: [
        { label: 'mpls', delay_ms: 10 },
        { label: 'lte', delay_ms: 20, nat: true },
        { label: 'isolated', delay_ms: 1 },
      ],
    },
  ],
};

const dataDir = mkdtempSync(join(tmpdir(), 'ptlab-'));
const home = labHome(dataDir);
const world = await openWorld(home).catch((reason: unknown) => String(reason));
const unable = typeof world === 'string';

describe.skipIf(unable)(`a network of emulated lines${unable ? ` (skipped: ${world})` : ''}`, () => {
  const plan = planLab(topology, home.id);
  const [atA, atB, lte, isolated] = plan.lines as [Line, Line, Line, Line];
  type Line = (typeof plan.lines)[number];

  beforeAll(async () => {
    const emulator = await buildNetwork(home, world as World, plan);
    writeLabState(home, { format: 1, topology, emulator: emulator.kind, stage: 'up', lines: {} });
  });
  afterAll(async () => {
    await labDown({ dataDir });
    rmSync(dataDir, { recursive: true });
  });

  /** Round trips from a line's device to an address, and how many of the packets came back. */
  async function ping(from: Line, to: string, count = 20): Promise<{ received: number; medianMs: number }> {
    const argv = ['ping', '-I', from.label, '-i', '0.02', '-W', '0.3', '-c', String(count), to];
    const text = await runIn(world as World, from.siteNamespace, argv).catch((error: Error) => error.message);
    const times = [...text.matchAll(/time=([\d.]+)/g)].map((match) => Number(match[1])).toSorted((x, y) => x - y);
    return { received: times.length, medianMs: times[times.length >> 1] ?? Number.NaN };
  }

  test('delay is the sum of both lines', async () => {
    const { received, medianMs } = await ping(atA, atB.siteAddress);
    expect(received).toBe(20);
    expect(medianMs).toBeGreaterThan(35.9);
    expect(medianMs).toBeLessThan(42);
  });

  test('labels that are not linked do not reach each other', async () => {
    expect((await ping(isolated, atA.siteAddress, 3)).received).toBe(0);
  });

  test('a line behind NAT reaches others and cannot be reached', async () => {
    expect((await ping(lte, atA.siteAddress, 5)).received).toBe(5);
    expect((await ping(atA, lte.siteAddress, 3)).received).toBe(0);
  });

  test('a silent blackout loses every packet, the site keeps its carrier, and heal brings it back', async () => {
    await labBreak({ dataDir, site: 'b', endpoint: 'mpls', silent: true, direction: 'in' });
    expect((await ping(atA, atB.siteAddress, 5)).received).toBe(0);
    expect(await carrier(atB)).toBe('1');
    await labHeal({ dataDir });
    expect((await ping(atA, atB.siteAddress, 5)).received).toBe(5);
  });

  test('a break that is not silent takes the carrier away, and heal gives it back', async () => {
    await labBreak({ dataDir, site: 'b', endpoint: 'mpls' });
    expect(await carrier(atB)).toBe('0');
    await labHeal({ dataDir, site: 'b', endpoint: 'mpls' });
    expect(await carrier(atB)).toBe('1');
    expect((await ping(atA, atB.siteAddress, 5)).received).toBe(5);
  });

  test('one direction alone is impaired, what is not named stays as it was', async () => {
    const report = await labImpair({ dataDir, site: 'b', endpoint: 'mpls', delayMs: 60, direction: 'out' });
    expect(report.in.delayMs).toBe(10);
    const { medianMs } = await ping(atA, atB.siteAddress);
    expect(medianMs).toBeGreaterThan(85.9);
    expect(medianMs).toBeLessThan(92);
    await labHeal({ dataDir });
  });

  test('loss is about what was asked for', async () => {
    await labImpair({ dataDir, site: 'b', endpoint: 'mpls', lossPercent: 30, direction: 'in' });
    const { received } = await ping(atA, atB.siteAddress, 200);
    expect(received).toBeGreaterThan(110);
    expect(received).toBeLessThan(170);
    await labHeal({ dataDir });
  });

  test('packets are overtaken and doubled as was asked for', async () => {
    await labImpair({
      dataDir,
      site: 'b',
      endpoint: 'mpls',
      reorderPercent: 20,
      duplicatePercent: 20,
      direction: 'in',
    });
    const argv = ['ping', '-I', atA.label, '-i', '0.004', '-W', '0.3', '-c', '400', atB.siteAddress];
    const text = await runIn(world as World, atA.siteNamespace, argv);
    const answers = text.split('\n').filter((line) => line.includes('icmp_seq='));
    const firsts = answers
      .filter((line) => !line.includes('DUP!'))
      .map((line) => Number(/icmp_seq=(\d+)/.exec(line)![1]));
    const overtaken = firsts.filter((sequence, index) => firsts.slice(0, index).some((each) => each > sequence));
    const doubled = answers.length - firsts.length;
    expect(firsts).toHaveLength(400);
    expect(doubled).toBeGreaterThan(45);
    expect(doubled).toBeLessThan(120);
    expect(overtaken.length).toBeGreaterThan(45);
    await labHeal({ dataDir });
  });

  test('whatever was killed and lost before, "lab down" leaves nothing, and does so twice', async () => {
    await killPrograms(() => findPrograms(home.id).filter(({ role }) => role === 'wan'));
    rmSync(home.stateFile);
    await labDown({ dataDir });
    await labDown({ dataDir });
    expect(findPrograms(home.id)).toEqual([]);
    const namespaces = await runScript(await openWorld(home), 'ip netns list');
    expect(namespaces).not.toContain(labNamespacePrefix(home.id));
  });

  const carrier = async (line: Line): Promise<string> => {
    const script = `nsenter --net=/run/netns/${line.siteNamespace} ip -json link show dev ${line.label}`;
    const [link] = JSON.parse(await runScript(world as World, script)) as { flags: string[] }[];
    return link!.flags.includes('NO-CARRIER') ? '0' : '1';
  };
});

import { beforeEach, describe, expect, it } from 'vitest';
import { unmeasured, type NetworkEvent, type PathId } from '@patronus/core';
import type { EdgeMessage, LineReport, PathReport, PathTraffic, PolicyCounter, PolicyFlows } from '@patronus/protocol';
import { VirtualTime } from '@patronus/testkit';
import { FakeSpool } from '../testing/index.ts';
import { Telemetry } from './telemetry.ts';

type Sent = Extract<EdgeMessage, { type: 'telemetry' }>;

let time: VirtualTime;
let spool: FakeSpool;
let online: boolean;
let sent: Sent[];
let counters: PolicyCounter[];
let traffic: PathTraffic[];
let flows: PolicyFlows[] | null;
let lines: LineReport[];
let events: string[];
let telemetry: Telemetry;

beforeEach(() => {
  time = new VirtualTime();
  spool = new FakeSpool();
  online = false;
  sent = [];
  counters = [];
  traffic = [];
  flows = null;
  lines = [];
  events = [];
  telemetry = new Telemetry({
    spool,
    counters: () => Promise.resolve(counters),
    traffic: () => Promise.resolve(traffic),
    copies: () => Promise.resolve([]),
    flows: () => Promise.resolve(flows),
    applications: () => Promise.resolve(null),
    lines: () => Promise.resolve(lines),
    clock: time,
    timers: time,
    send: (message) => {
      if (online && message.type === 'telemetry') sent.push(message);
      return online;
    },
    event: (type, _severity, message) => void events.push(`${type}: ${message}`),
  });
});

const report = (health: PathReport['health'] = 'up'): PathReport => ({
  pathId: 'p' as PathId,
  health,
  since: time.wall(),
  quality: unmeasured,
  sent: 1,
  received: 1,
});

const event = (metadata: Record<string, unknown> = {}): NetworkEvent => ({
  id: 'e',
  timestamp: time.wall(),
  eventType: 'failover',
  severity: 'warning',
  message: 'voice moved',
  metadata,
});

const connect = async (acknowledged = 0, offsetMs = 0): Promise<void> => {
  online = true;
  await telemetry.connected(acknowledged, offsetMs, 5);
};

describe('telemetry with the controller there', () => {
  it('goes out every second with the latest of each path', async () => {
    await connect();
    for (let second = 0; second < 5; second += 1) {
      telemetry.paths([report('down'), report('up')]);
      await time.advance(1_000);
    }
    expect(sent).toHaveLength(5);
    expect(sent.every(({ batch }) => batch.paths.length === 1 && batch.paths[0]!.health === 'up')).toBe(true);
  });

  it('brings an event within a tenth of a second', async () => {
    await connect();
    telemetry.event(event());
    await time.advance(100);
    expect(sent[0]!.batch.events).toHaveLength(1);
  });

  it('tells a counter only when it has changed', async () => {
    await connect();
    counters = [{ policyId: 1, epoch: 'a', packets: 5, bytes: 500 }];
    await time.advance(5_000);
    expect(sent.flatMap(({ batch }) => batch.policies)).toEqual(counters);
  });

  it('tells what paths carried and which flows there are every ten seconds', async () => {
    await connect();
    traffic = [{ pathId: 'p' as PathId, bytesSent: 7, bytesReceived: 9 }];
    await time.advance(15_000);
    expect(sent.flatMap(({ batch }) => batch.traffic ?? [])).toEqual([traffic[0], traffic[0]]);
    expect(sent).toHaveLength(2);
    flows = [{ policyId: 1, flows: 4 }];
    await time.advance(10_000);
    expect(sent.map(({ batch }) => batch.flows)).toEqual([undefined, undefined, flows]);
  });

  it('tells the counters as they were at last, although the kernel has none when it ends', async () => {
    await connect();
    counters = [{ policyId: 1, epoch: 'a', packets: 5, bytes: 500 }];
    await time.advance(1_200);
    counters = [{ policyId: 1, epoch: 'a', packets: 9, bytes: 900 }];
    traffic = [{ pathId: 'p' as PathId, bytesSent: 7, bytesReceived: 9 }];
    await telemetry.countLast();
    const last = { policies: counters, traffic };
    [counters, traffic] = [[], []];
    await telemetry.stop();
    expect(spool.records.at(-1)?.batch).toMatchObject(last);
  });

  it('is given up only when acknowledged, and sent again when it was not', async () => {
    await connect();
    telemetry.paths([report()]);
    await time.advance(1_000);
    expect(spool.records).toHaveLength(1);
    await time.advance(31_000);
    expect(sent.map(({ sequence }) => sequence)).toEqual([1, 1]);
    await telemetry.acknowledged(1);
    expect(spool.records).toHaveLength(0);
  });

  it('has at most a window of batches on the way', async () => {
    for (let count = 0; count < 100; count += 1)
      await spool.append({ from: 0, to: 1, paths: [], policies: [], decisions: [], events: [event()] });
    await connect();
    expect(sent).toHaveLength(32);
    await telemetry.acknowledged(10);
    expect(sent.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 42 }, (_, index) => index + 1));
  });
});

describe('telemetry with the controller away', () => {
  it('keeps path reports ten seconds apart, and every event', async () => {
    for (let second = 0; second < 60; second += 1) {
      telemetry.paths([report()]);
      if (second % 7 === 0) telemetry.event(event());
      await time.advance(1_000);
    }
    const batches = spool.records.map((record) => record.batch);
    // The first word on a path goes at once.
    expect(batches.flatMap((batch) => batch.paths)).toHaveLength(1 + 6);
    expect(batches.flatMap((batch) => batch.events)).toHaveLength(9);
  });

  it('is delivered in order once it is back, from where the controller is', async () => {
    for (let second = 0; second < 60; second += 1) {
      telemetry.event(event());
      await time.advance(1_000);
    }
    await connect(20);
    expect(sent[0]!.sequence).toBe(21);
    await telemetry.acknowledged(sent.at(-1)!.sequence);
    expect(sent.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 40 }, (_, index) => index + 21));
  });

  it('says what was given up once there is somebody to hear it', async () => {
    spool.dropped = { batches: 3, from: 0, to: 90_000 };
    await connect();
    expect(events[0]).toContain('telemetry_dropped: Reports of 90 s were given up');
    expect(telemetry.status().droppedBatches).toBe(3);
  });
});

it('finds the one batch that the controller cannot read, gives it up and delivers the rest', async () => {
  const unreadable = 5;
  for (let count = 0; count < 10; count += 1) {
    telemetry.event(event());
    await time.advance(100);
  }
  const delivered: number[] = [];
  for (let attempt = 0; attempt < 4; attempt += 1) {
    sent = [];
    await connect(delivered.at(-1) ?? 0);
    for (let index = 0; index < sent.length; index += 1) {
      const { sequence } = sent[index]!;
      if (sequence === unreadable) {
        online = false;
        await telemetry.disconnected(true);
        break;
      }
      delivered.push(sequence);
      await telemetry.acknowledged(sequence);
    }
  }
  expect(delivered).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 10]);
  expect(events).toEqual([expect.stringContaining('telemetry_dropped')]);
});

describe('times of an edge whose clock is off', () => {
  it('are told in the time of the controller', async () => {
    const at = time.wall();
    await connect(0, 3_600_000);
    telemetry.paths([report()]);
    telemetry.event(event({ decided_at: at, outage_estimate_ms: 40 }));
    await time.advance(1_000);
    const [batch] = sent.map((message) => message.batch);
    expect(batch!.events[0]).toMatchObject({
      timestamp: at + 3_600_000,
      metadata: { decided_at: at + 3_600_000, outage_estimate_ms: 40 },
    });
  });

  it('are left alone when the difference may come from the line', async () => {
    const at = time.wall();
    await connect(0, 60);
    telemetry.event(event());
    await time.advance(100);
    expect(sent[0]!.batch.events[0]!.timestamp).toBe(at);
  });
});

it('goes on when what waits cannot be read back for a while, and says so once', async () => {
  await connect();
  const { read } = spool;
  spool.read = () => Promise.reject(new Error('EIO'));
  for (let second = 0; second < 5; second += 1) {
    telemetry.paths([report()]);
    await time.advance(1_000);
  }
  expect(events).toEqual(['edge_error: Telemetry cannot be read back: EIO']);
  spool.read = read;
  await time.advance(1_000);
  expect(sent).toHaveLength(5);
});

it('says once that counters cannot be read', async () => {
  counters = [];
  const failing = new Telemetry({
    spool,
    counters: () => Promise.reject(new Error('nft is missing')),
    traffic: () => Promise.resolve([]),
    copies: () => Promise.resolve([]),
    flows: () => Promise.resolve(null),
    applications: () => Promise.resolve(null),
    lines: () => Promise.resolve([]),
    clock: time,
    timers: time,
    send: () => false,
    event: (type, _severity, message) => void events.push(`${type}: ${message}`),
  });
  await time.advance(60_000);
  expect(events).toEqual(['edge_error: The traffic counters cannot be read: nft is missing']);
  await failing.stop();
});

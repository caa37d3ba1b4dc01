import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { unmeasured, type PathId } from '@patronus/core';
import { eventFaults, type PathReport, type SiteDocument, type UplinkFact } from '@patronus/protocol';
import { SeededRandom, siteDocument, VirtualTime } from '@patronus/testkit';
import { withoutLearning } from './learn/index.ts';
import { Edge } from './edge.ts';
import type { KernelListener } from './ports.ts';
import type { StoredDocument } from './state/index.ts';
import { FakeController, FakeEngine, FakeReconciler, FakeSpool } from './testing/index.ts';

const document = siteDocument();
const uplinkFacts = (...devices: string[]): UplinkFact[] =>
  devices.map((device) => ({ device, addresses: [`192.0.2.${devices.indexOf(device) + 1}`], carrier: true }));

let time: VirtualTime;
let controller: FakeController;
let reconciler: FakeReconciler;
let engine: FakeEngine;
let spool: FakeSpool;
let stored: StoredDocument;
let uplinks: UplinkFact[];
let kernel: KernelListener;

afterEach(() => {
  const told = controller.heardOf('telemetry').flatMap((message) => message.batch.events);
  const faults = told.flatMap(eventFaults);
  if (faults.length > 0) throw new Error(`events are not as the catalogue has them: ${faults.join('; ')}`);
});

beforeEach(() => {
  time = new VirtualTime();
  controller = new FakeController(time);
  reconciler = new FakeReconciler();
  engine = new FakeEngine();
  spool = new FakeSpool();
  stored = { document: null, damaged: [] };
  uplinks = uplinkFacts('eth0', 'eth1');
});

const start = (): Promise<Edge> =>
  Edge.start({
    stateDir: '/state',
    enrolment: { url: 'https://192.0.2.100:8443', caPem: '', siteId: 's', siteName: 'hq', ...controller.identity },
    reconciler,
    learning: withoutLearning(null),
    openFlowTap: () => ({ receive: () => 0, close: () => undefined }),
    readFlows: () => Promise.resolve([]),
    startEngine: engine.start,
    store: {
      load: () => Promise.resolve(stored),
      save: (saved) => Promise.resolve(void (stored = { document: saved, damaged: [] })),
    },
    openSpool: () => Promise.resolve(spool),
    dial: controller.dial,
    readUplinks: () => uplinks,
    watchKernel: (listener) => {
      kernel = listener;
      return { stop: () => undefined };
    },
    clock: time,
    timers: time,
    random: new SeededRandom(7),
    log: pino({ level: 'silent' }),
  });

const report = (path: SiteDocument['paths'][number], health: PathReport['health']): PathReport => ({
  pathId: path.id,
  health,
  since: time.wall(),
  quality: unmeasured,
  sent: 1,
  received: 1,
});

it('takes a document from the controller into the kernel and onto disk', async () => {
  const edge = await start();
  await time.advance(0);
  controller.say({ type: 'document', document });
  await time.advance(0);
  expect(reconciler.kernel).toEqual(document);
  const [applied] = controller.heardOf('applied');
  controller.say({ type: 'confirmed', version: applied!.version });
  await time.advance(0);
  expect(stored.document).toEqual(document);
  expect(edge.status()).toMatchObject({
    running: true,
    controller: { state: 'online' },
    document: { version: document.version, confirmed: true },
  });
  expect(edge.status().tunnels.map((tunnel) => [tunnel.name, tunnel.label])).toEqual([
    ['pt0-0', 'mpls'],
    ['pt0-1', 'mpls'],
    ['pt1-0', 'broadband'],
    ['pt1-1', 'broadband'],
  ]);
});

it('works from disk with no controller, and tells it afterwards what happened', async () => {
  stored = { document, damaged: [] };
  controller.answer = 'unreachable';
  const edge = await start();
  await time.advance(60_000);
  engine.listener!.paths(document.paths.map((path) => report(path, 'up')));
  await time.advance(20_000);
  expect(reconciler.kernel).toEqual(document);
  expect(edge.status().paths.map((path) => path.health)).toEqual(['up', 'up', 'up', 'up']);
  expect(edge.status().telemetry.waitingBatches).toBeGreaterThan(0);
  controller.answer = 'welcome';
  await time.advance(15_000);
  expect(controller.heardOf('hello').at(-1)).toMatchObject({ appliedVersion: document.version });
  const batches = controller.heardOf('telemetry').map((message) => message.batch);
  expect(batches.flatMap((batch) => batch.events.map((event) => event.eventType))).toContain('edge_started');
  expect(batches.flatMap((batch) => batch.paths)).toHaveLength(4);
  expect(edge.status().telemetry.waitingBatches).toBe(0);
});

it('leaves an uplink for the controller as soon as every path over it is down', async () => {
  stored = { document, damaged: [] };
  await start();
  await time.advance(0);
  expect(controller.route).toBe('192.0.2.1');
  controller.deadRoutes.add('192.0.2.1');
  const [overMpls, overBroadband] = [document.paths.slice(0, 2), document.paths.slice(2)];
  engine.listener!.paths([
    ...overMpls.map((path) => report(path, 'down')),
    ...overBroadband.map((path) => report(path, 'up')),
  ]);
  await time.advance(100);
  expect(controller.route).toBe('192.0.2.2');
});

it('keeps the uplink of a site that has no paths yet', async () => {
  stored = { document: siteDocument({ paths: [], tunnels: [], remoteSites: [] }), damaged: [] };
  await start();
  await time.advance(0);
  engine.listener!.paths([]);
  await time.advance(1_000);
  expect(controller.dials).toHaveLength(1);
});

it('tells engine, controller and operator of a cable that was pulled and put back', async () => {
  stored = { document, damaged: [] };
  await start();
  await time.advance(0);
  const whole = uplinks;
  uplinks = whole.slice(1);
  kernel.devices();
  await time.advance(500);
  expect(engine.uplinks).toContainEqual({ device: 'eth0', addresses: ['192.0.2.1'], carrier: false });
  expect(controller.route).toBe('192.0.2.2');
  uplinks = whole;
  kernel.devices();
  await time.advance(500);
  expect(engine.uplinks).toEqual(whole);
  const events = controller.heardOf('telemetry').flatMap((message) => message.batch.events);
  expect(events.map((event) => event.message)).toEqual(
    expect.arrayContaining([
      'Uplink mpls (eth0) of hq lost its carrier or its address',
      'Uplink mpls (eth0) of hq is up',
    ]),
  );
});

it('puts back at once what something else took out of the kernel', async () => {
  stored = { document, damaged: [] };
  await start();
  reconciler.kernel = null;
  kernel.drifted();
  await time.advance(0);
  expect(reconciler.kernel).toEqual(document);
});

it('sends the probes that the controller asks for, and answers under the number of the question', async () => {
  stored = { document, damaged: [] };
  await start();
  await time.advance(0);
  const { id: pathId } = document.paths[0]!;
  controller.say({ type: 'check_path', id: 7, pathId, probes: 3 });
  await time.advance(150);
  expect(engine.probed).toEqual([pathId, pathId]);
  engine.silent.add(pathId);
  await time.advance(100);
  const [good, missed] = [
    { answered: true, rttMs: 20 },
    { answered: false, rttMs: null },
  ];
  expect(controller.heardOf('path_checked')).toEqual([
    { type: 'path_checked', id: 7, probes: [good, good, missed], problem: null },
  ]);
});

it('says of a path that it does not have that it cannot check it', async () => {
  stored = { document, damaged: [] };
  await start();
  await time.advance(0);
  const pathId = '00000000-0000-5000-8000-000000000000' as PathId;
  controller.say({ type: 'check_path', id: 8, pathId, probes: 1 });
  await time.advance(100);
  expect(controller.heardOf('path_checked')).toMatchObject([{ id: 8, probes: [] }]);
  expect(controller.heardOf('path_checked')[0]!.problem).toContain('does not have this path yet');
});

it('leaves nothing in the kernel and no timer when it stops', async () => {
  stored = { document, damaged: [] };
  const edge = await start();
  await time.advance(5_000);
  await edge.stop();
  await time.advance(0);
  expect(reconciler.kernel).toBeNull();
  expect(engine.stopped).toBe(true);
  expect(controller.isConnected).toBe(false);
  expect(time.waiting()).toEqual([]);
});

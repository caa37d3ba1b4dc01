import pino from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EdgeMessage, SiteDocument } from '@patronus/protocol';
import { siteDocument, VirtualTime } from '@patronus/testkit';
import type { StoredDocument } from '../state/index.ts';
import { FakeEngine, FakeReconciler } from '../testing/index.ts';
import { ChangeJourney } from './change-journey.ts';

const first = siteDocument({ confirmWindowMs: 30_000 });
const second = siteDocument({ confirmWindowMs: 20_000 });
const third = siteDocument({ confirmWindowMs: 10_000 });

let time: VirtualTime;
let reconciler: FakeReconciler;
let engine: FakeEngine;
let stored: StoredDocument;
let saved: SiteDocument[];
let online: boolean;
let messages: EdgeMessage[];
let events: string[];
let journey: ChangeJourney;

beforeEach(() => {
  time = new VirtualTime();
  reconciler = new FakeReconciler();
  engine = new FakeEngine();
  stored = { document: null, damaged: [] };
  saved = [];
  online = true;
  messages = [];
  events = [];
  journey = new ChangeJourney({
    reconciler,
    engine,
    store: {
      load: () => Promise.resolve(stored),
      save: (document) => Promise.resolve(void saved.push(document)),
    },
    clock: time,
    timers: time,
    log: pino({ level: 'silent' }),
    send: (message) => {
      if (online) messages.push(message);
      return online;
    },
    event: (type, _severity, message) => void events.push(`${type}: ${message}`),
    inForce: () => undefined,
  });
});

const said = (type: EdgeMessage['type']): EdgeMessage[] => messages.filter((message) => message.type === type);

const confirmed = async (document: SiteDocument): Promise<void> => {
  journey.offer(document);
  await time.advance(0);
  journey.confirm(document.version);
  await time.advance(0);
};

describe('a new document', () => {
  it('is applied, probed and told, and kept only once it is confirmed', async () => {
    journey.offer(first);
    await time.advance(0);
    expect(reconciler.kernel).toEqual(first);
    expect(engine.document).toEqual(first);
    expect(said('applied')).toEqual([{ type: 'applied', version: first.version, applyMs: 7 }]);
    expect(said('tunnel_keys')).toHaveLength(1);
    expect(saved).toEqual([]);
    journey.confirm(first.version);
    await time.advance(60_000);
    expect(saved).toEqual([first]);
    expect(reconciler.kernel).toEqual(first);
    expect(time.waiting()).toEqual([]);
  });

  it('that the kernel refuses leaves the one before in force and is rejected with the reason', async () => {
    await confirmed(first);
    reconciler.refuse = (document) => (document.version === second.version ? 'nft: no such device' : null);
    journey.offer(second);
    await time.advance(0);
    expect(said('rejected')).toEqual([
      { type: 'rejected', version: second.version, reason: 'nft: no such device', restored: first.version },
    ]);
    expect(reconciler.kernel).toEqual(first);
    expect(journey.status()).toMatchObject({ version: first.version, confirmed: true, problem: 'nft: no such device' });
  });

  it('whose content does not fit its version is rejected before the kernel sees it', async () => {
    journey.offer({ ...first, confirmWindowMs: 1_000_000 });
    await time.advance(0);
    expect(reconciler.applied).toEqual([]);
    expect(said('rejected')[0]).toMatchObject({ version: first.version });
  });

  it('overtakes those that wait while another is being applied', async () => {
    const gate = Promise.withResolvers<void>();
    reconciler.hold = gate.promise;
    for (const document of [first, second, third]) journey.offer(document);
    gate.resolve();
    await time.advance(0);
    expect(reconciler.applied).toEqual([third.version]);
    expect(reconciler.kernel).toEqual(third);
  });

  it('that is in force already is told again, and not applied again', async () => {
    await confirmed(first);
    journey.offer(first);
    await time.advance(0);
    expect(reconciler.applied).toHaveLength(1);
    expect(said('applied')).toHaveLength(2);
  });
});

describe('a document that nobody confirms', () => {
  beforeEach(async () => {
    await confirmed(first);
    online = false;
    journey.offer(second);
    await time.advance(19_000);
  });

  it('stays in force until its window ends', () => {
    expect(reconciler.kernel).toEqual(second);
  });

  it('is given up for the last good one, which is told when the controller is heard again', async () => {
    await time.advance(2_000);
    expect(reconciler.kernel).toEqual(first);
    expect(engine.document).toEqual(first);
    expect(events).toEqual([expect.stringContaining('config_rolled_back: A new configuration was given up')]);
    online = true;
    await journey.online();
    expect(said('rejected')).toEqual([
      {
        type: 'rejected',
        version: second.version,
        reason: 'the controller did not confirm it within 20 s of applying it',
        restored: first.version,
      },
    ]);
  });

  it('is told again and kept when the controller comes back in time', async () => {
    online = true;
    await journey.online();
    expect(messages.at(-2)).toMatchObject({ type: 'applied', version: second.version });
    journey.confirm(second.version);
    await time.advance(60_000);
    expect(saved).toEqual([first, second]);
    expect(reconciler.kernel).toEqual(second);
  });

  it('is not tried again when giving it up brought the controller back', async () => {
    await time.advance(2_000);
    online = true;
    await journey.online();
    journey.offer(second);
    await time.advance(0);
    expect(reconciler.kernel).toEqual(first);
    expect(said('rejected').at(-1)).toMatchObject({
      reason: expect.stringContaining('not tried again so soon') as string,
    });
  });

  it('is not tried again when the controller is there but does not confirm', async () => {
    online = true;
    await time.advance(2_000);
    await time.advance(60_000);
    journey.offer(second);
    await time.advance(0);
    expect(reconciler.kernel).toEqual(first);
  });

  it('is tried again when the controller stayed away for other reasons', async () => {
    await time.advance(120_000);
    online = true;
    await journey.online();
    journey.offer(second);
    await time.advance(0);
    expect(reconciler.kernel).toEqual(second);
  });
});

it('gives up a first document that nobody confirms by taking everything away', async () => {
  online = false;
  journey.offer(first);
  await time.advance(31_000);
  expect(reconciler.kernel).toBeNull();
  expect(journey.status()).toBeNull();
});

describe('an edge that starts', () => {
  it('puts its last good document into force with no controller, and waits for no confirmation', async () => {
    stored = { document: first, damaged: [] };
    online = false;
    await journey.boot();
    expect(reconciler.kernel).toEqual(first);
    expect(engine.document).toEqual(first);
    await time.advance(120_000);
    expect(reconciler.kernel).toEqual(first);
  });

  it('says that a stored document was damaged and which is used', async () => {
    stored = { document: first, damaged: [{ reason: 'it is not JSON', movedTo: '/x' }] };
    await journey.boot();
    expect(events[0]).toContain('is damaged (it is not JSON) and was put aside; the one before it is used');
  });

  it('goes on trying when the kernel refuses, says so once, and steers what an earlier run left', async () => {
    stored = { document: first, damaged: [] };
    reconciler.refuse = () => 'ip is missing';
    await journey.boot();
    expect(engine.document).toEqual(first);
    await time.advance(100_000);
    expect(events).toEqual([
      'edge_error: The configuration in force could not be applied: ip is missing; it is tried again',
    ]);
    reconciler.refuse = () => null;
    await time.advance(61_000);
    expect(reconciler.kernel).toEqual(first);
    expect(time.waiting()).toEqual([]);
  });
});

it('puts back what something else took out of the kernel', async () => {
  await confirmed(first);
  reconciler.kernel = null;
  await journey.reapply();
  expect(reconciler.kernel).toEqual(first);
});

it('goes on with the next document after a step that failed unforeseen', async () => {
  online = false;
  reconciler.clean = () => Promise.reject(new Error('nft hangs'));
  journey.offer(first);
  await time.advance(31_000);
  expect(events[0]).toContain('nft hangs');
  online = true;
  journey.offer(second);
  await time.advance(0);
  expect(reconciler.kernel).toEqual(second);
});

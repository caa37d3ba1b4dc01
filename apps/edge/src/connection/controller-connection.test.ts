import pino from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { SeededRandom, VirtualTime } from '@patronus/testkit';
import { FakeController } from '../testing/index.ts';
import { ControllerConnection } from './controller-connection.ts';
import type { Route } from './routes.ts';

let time: VirtualTime;
let controller: FakeController;
let connection: ControllerConnection;
let said: string[];
let routes: Route[];
/** How long this machine slept: its clock goes on, its timers do not. */
let stallMs: number;

beforeEach(() => {
  time = new VirtualTime();
  controller = new FakeController(time);
  said = [];
  stallMs = 0;
  routes = ['10.9.0.1', '10.9.1.1', null];
  connection = new ControllerConnection(
    {
      url: 'https://controller.example:8443',
      caPem: 'PEM',
      identity: controller.identity,
      dial: controller.dial,
      clock: { now: () => time.now() + stallMs, wall: () => time.wall() + stallMs },
      timers: time,
      random: new SeededRandom(1),
      log: pino({ level: 'silent' }),
      routes: () => routes,
      hello: () => ({ programVersion: '1', appliedVersion: null, uplinks: [] }),
    },
    {
      online: (_welcome, offsetMs) => said.push(`online, clock ${Math.round(offsetMs)} ms off`),
      offline: (unreadable) => said.push(unreadable ? 'offline, unread' : 'offline'),
      message: (message) => said.push(message.type),
      event: (type, _severity, message) => said.push(`${type}: ${message}`),
    },
  );
});

const dialledRoutes = (): Route[] => controller.dials.map((dial) => dial.localAddress);

describe('an edge that connects', () => {
  it('proves who it is and is online', async () => {
    connection.start();
    await time.advance(0);
    expect(connection.status()).toMatchObject({ state: 'online', localAddress: '10.9.0.1', problem: null });
    expect(said).toEqual(['online, clock 0 ms off']);
  });

  it('learns how far its clock is off', async () => {
    controller.wallMs = () => time.wall() + 3_600_000;
    connection.start();
    await time.advance(0);
    expect(said).toEqual(['online, clock 3600000 ms off']);
  });

  it('goes to the next uplink within its time limit when one swallows everything', async () => {
    controller.deadRoutes.add('10.9.0.1');
    connection.start();
    await time.advance(5_200);
    expect(connection.status()).toMatchObject({ state: 'online', localAddress: '10.9.1.1' });
  });

  it('gives a busy controller that it has reached the time to answer', async () => {
    controller.answer = 'busy';
    connection.start();
    await time.advance(19_000);
    controller.answer = 'welcome';
    controller.challenge();
    await time.advance(0);
    expect(controller.dials).toHaveLength(1);
    expect(connection.status()).toMatchObject({ state: 'online' });
  });

  it('leaves a controller that takes the connection and never answers', async () => {
    controller.answer = 'busy';
    connection.start();
    await time.advance(20_200);
    expect(controller.dials).toHaveLength(2);
  });

  it('tries every uplink, then the routing table, before it waits', async () => {
    controller.answer = 'unreachable';
    connection.start();
    await time.advance(120);
    expect(dialledRoutes()).toEqual(['10.9.0.1', '10.9.1.1', null]);
    expect(connection.status()).toMatchObject({ state: 'waiting', problem: 'connect ECONNREFUSED' });
  });
});

describe('an edge whose controller is away', () => {
  const attemptTimes = async (forMs: number): Promise<number[]> => {
    const times: number[] = [];
    let seen = 0;
    for (let passed = 0; passed < forMs; passed += 10) {
      await time.advance(10);
      if (controller.dials.length > seen) times.push(time.now());
      seen = controller.dials.length;
    }
    return times;
  };

  it('waits longer after each round, at most ten seconds, never exactly as long as another edge', async () => {
    routes = [null];
    controller.answer = 'unreachable';
    connection.start();
    const times = await attemptTimes(120_000);
    const pauses = times.slice(1).map((at, index) => at - times[index]!);
    expect(pauses[0]).toBeLessThanOrEqual(260);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(10_010);
    expect(pauses.slice(-5).every((pause) => pause >= 5_000)).toBe(true);
    expect(new Set(pauses.slice(-5)).size).toBeGreaterThan(1);
  });

  it('is back within ten seconds of the controller', async () => {
    controller.answer = 'unreachable';
    connection.start();
    await time.advance(300_000);
    controller.answer = 'welcome';
    await time.advance(10_000);
    expect(connection.status().state).toBe('online');
  });

  it('begins anew with short pauses after a connection that lasted', async () => {
    controller.answer = 'unreachable';
    connection.start();
    await time.advance(100_000);
    controller.answer = 'welcome';
    await time.advance(60_000);
    controller.hangUp();
    await time.advance(300);
    expect(connection.status().state).toBe('online');
  });

  it('does not hammer a controller that hangs up right after welcome', async () => {
    routes = [null];
    connection.start();
    for (let second = 0; second < 600; second += 1) {
      await time.advance(100);
      controller.hangUp();
    }
    expect(controller.dials.length).toBeLessThan(20);
  });
});

describe('an edge that is online', () => {
  beforeEach(async () => {
    connection.start();
    await time.advance(0);
  });

  it('notices within ten seconds that nothing is heard any more, and takes another uplink', async () => {
    controller.deadRoutes.add('10.9.0.1');
    await time.advance(10_000);
    expect(said).toContain('offline');
    expect(controller.route).toBe('10.9.1.1');
  });

  it('leaves an uplink at once that is told to be dead', async () => {
    controller.deadRoutes.add('10.9.0.1');
    connection.deadRoutes(new Set(['10.9.0.1']));
    await time.advance(0);
    expect(connection.status()).toMatchObject({ state: 'online', localAddress: '10.9.1.1' });
  });

  it('leaves an uplink that the routing table had picked, too', async () => {
    connection.stop();
    await time.advance(0);
    controller.defaultAddress = '10.9.0.1';
    routes = [null];
    connection.start();
    await time.advance(0);
    expect(connection.status()).toMatchObject({ state: 'online', localAddress: '10.9.0.1' });
    routes = ['10.9.0.1', '10.9.1.1', null];
    controller.deadRoutes.add('10.9.0.1');
    connection.deadRoutes(new Set(['10.9.0.1']));
    await time.advance(0);
    expect(connection.status()).toMatchObject({ state: 'online', localAddress: '10.9.1.1' });
  });

  it('stays when every uplink is told to be dead, as none is better', async () => {
    connection.deadRoutes(new Set(['10.9.0.1', '10.9.1.1']));
    await time.advance(1_000);
    expect(controller.dials).toHaveLength(1);
  });

  it('stays online for hours on pings alone', async () => {
    await time.advance(3 * 3_600_000);
    expect(controller.dials).toHaveLength(1);
  });

  it('does not take a pause of its own for silence of the controller', async () => {
    stallMs = 60_000;
    await time.advance(5_000);
    expect(controller.dials).toHaveLength(1);
  });

  it('answers pings', async () => {
    controller.say({ type: 'ping', id: 7 });
    expect(controller.heardOf('pong')).toEqual([{ type: 'pong', id: 7 }]);
  });

  it('passes over what it does not understand, and says so once', async () => {
    controller.sayText('{"type":"dance"}');
    controller.sayText('{');
    controller.say({ type: 'confirmed', version: 'v' });
    expect(said.filter((each) => each.startsWith('edge_error'))).toHaveLength(1);
    expect(said.at(-1)).toBe('confirmed');
  });

  it('leaves no timer behind when it stops', async () => {
    connection.stop();
    await time.advance(0);
    expect(time.waiting()).toEqual([]);
    expect(connection.status().state).toBe('stopped');
  });
});

describe('an edge that is refused', () => {
  it('asks again only now and then when the refusal is for good, and is back when it was taken back', async () => {
    controller.answer = { refuse: 'forbidden' };
    connection.start();
    await time.advance(14_000);
    expect(controller.dials).toHaveLength(1);
    expect(connection.status()).toMatchObject({
      state: 'refused',
      problem: 'the controller refuses this edge: not today',
    });
    controller.answer = 'welcome';
    await time.advance(17_000);
    expect(connection.status().state).toBe('online');
  });

  it('for another version of the protocol asks again only now and then', async () => {
    controller.answer = { refuse: 'protocol_violation' };
    connection.start();
    await time.advance(14_000);
    expect(controller.dials).toHaveLength(1);
  });

  it('for one message that could not be read is soon back, and says so to those who sent it', async () => {
    connection.start();
    await time.advance(0);
    controller.say({ type: 'refused', code: 'protocol_violation', message: 'telemetry cannot be read' });
    await time.advance(1_000);
    expect(said).toContain('offline, unread');
    expect(connection.status().state).toBe('online');
  });

  it('soon asks again when the refusal passes by itself', async () => {
    controller.answer = { refuse: 'rate_limited' };
    connection.start();
    await time.advance(1_000);
    controller.answer = 'welcome';
    await time.advance(10_000);
    expect(connection.status().state).toBe('online');
  });
});

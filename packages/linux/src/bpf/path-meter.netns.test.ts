import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closeDescriptor, inNetworkNamespace, ProbeSocket } from '../native/index.ts';
import { BpfObject, whyNoPrograms } from './bpf-object.ts';
import { findPathMeter, FlowCounters, type FlowCounts } from './path-meter.ts';
import { attachProgram, detachProgram, type TcPlace } from './tc-filter.ts';

const space = `pt${randomBytes(3).toString('hex')}m`;
const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8', timeout: 5_000 });
const inside = <T>(action: () => T): T => inNetworkNamespace(space, action);
const loopback = 0x7f_00_00_01;
const [remotePort, localPort] = [40_001, 40_002];
const slot = 7;

/** A WireGuard data message of some session: type 4, the receiver's index, the counter. */
function dataMessage(counter: number, session = 1, type = 4): Buffer {
  const message = Buffer.alloc(48);
  message.writeUInt8(type, 0);
  message.writeUInt32LE(session, 4);
  message.writeBigUInt64LE(BigInt(counter), 8);
  return message;
}

const place = (hook: TcPlace['hook']): TcPlace => ({ device: 'lo', hook, priority: 5 });

const unable = whyNoPrograms();

describe.skipIf(unable !== null)(`the path meter${unable === null ? '' : ` (skipped: ${unable})`}`, () => {
  let meter: BpfObject;
  let counters: FlowCounters;
  let socket: ProbeSocket;

  beforeAll(() => {
    ip('netns', 'add', space);
    ip('-n', space, 'link', 'set', 'lo', 'up');
  });
  afterAll(() => void ip('netns', 'delete', space));
  beforeEach(() => {
    meter = BpfObject.load('path-meter');
    inside(() => attachProgram(place('ingress'), meter.program('pt_meter_in')));
    inside(() => attachProgram(place('egress'), meter.program('pt_meter_out')));
    counters = new FlowCounters(inside(() => findPathMeter(['gone0', 'lo']))!);
    counters.set(slot, { remoteAddress: loopback, remotePort, localPort });
    socket = inside(() => ProbeSocket.open(remotePort));
  });
  afterEach(() => {
    closeDescriptor(socket.fd);
    inside(() => detachProgram(place('ingress')));
    inside(() => detachProgram(place('egress')));
    meter.close();
  });

  const counts = (): FlowCounts => {
    const into = { sent: 0, expected: 0, received: 0, overtaken: 0, doubled: 0 };
    counters.read(slot, into);
    return into;
  };
  const send = (messages: readonly Buffer[]): void => {
    const target = { remoteAddress: loopback, remotePort: localPort, localAddress: loopback };
    for (const message of messages) {
      const at = socket.queue({ ...target, length: message.length });
      message.forEach((octet, index) => socket.view.setUint8(at + index, octet));
      socket.flush({ beforeSend: () => {}, afterSend: () => {} });
    }
  };
  const range = (from: number, to: number): Buffer[] =>
    Array.from({ length: to - from }, (_, index) => dataMessage(from + index));

  it('counts what is missing, what came late and what came twice', () => {
    send(range(100, 200));
    expect(counts()).toMatchObject({ expected: 100, received: 100, overtaken: 0, doubled: 0 });
    send([...range(205, 210), ...range(200, 203)]);
    expect(counts()).toMatchObject({ expected: 110, received: 108, overtaken: 3, doubled: 0 });
    send([...range(208, 210), ...range(150, 160)]);
    expect(counts()).toMatchObject({ expected: 110, received: 108, overtaken: 3, doubled: 12 });
  });

  it('goes on through the next session, and takes what is left of the one before', () => {
    send(range(0, 50));
    send([dataMessage(0, 2), dataMessage(50), dataMessage(1, 2), dataMessage(51)]);
    expect(counts()).toMatchObject({ expected: 54, received: 54, overtaken: 0, doubled: 0 });
  });

  it('remembers each of the last thousands of packets, and takes an older one for late', () => {
    send([dataMessage(0), dataMessage(1), dataMessage(6_000), dataMessage(6_001)]);
    send([dataMessage(3_000), dataMessage(3_000), dataMessage(2)]);
    expect(counts()).toMatchObject({ expected: 6_002, received: 6, overtaken: 2, doubled: 1 });
  });

  it('looks at nothing but data messages of the flows it was told of', () => {
    send([dataMessage(0, 1, 1), dataMessage(0, 1, 2), Buffer.from('short'), Buffer.alloc(0)]);
    expect(counts()).toMatchObject({ expected: 0, received: 0 });
    counters.set(slot, { remoteAddress: loopback, remotePort: 9, localPort });
    send(range(0, 5));
    expect(counts()).toMatchObject({ expected: 0, received: 0 });
    counters.set(slot, null);
  });

  it('takes no leap that no line could make', () => {
    send([...range(0, 3), dataMessage(2 ** 40), dataMessage(3)]);
    expect(counts()).toMatchObject({ expected: 4, received: 4 });
  });

  it('counts what is sent', () => {
    counters.set(slot, { remoteAddress: loopback, remotePort: localPort, localPort: remotePort });
    send(range(0, 9));
    expect(counts()).toMatchObject({ sent: 9, received: 0 });
  });

  it('begins with nothing of an earlier run', () => {
    send(range(0, 9));
    counters = new FlowCounters(inside(() => findPathMeter(['lo']))!);
    send(range(9, 12));
    expect(counts()).toMatchObject({ expected: 0, received: 0 });
  });

  it('is not found where no program counts', () => {
    inside(() => detachProgram(place('ingress')));
    expect(inside(() => findPathMeter(['lo', 'gone0']))).toBeNull();
  });
});

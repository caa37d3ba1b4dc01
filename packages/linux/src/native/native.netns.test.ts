import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blackholeNextHop, type Address } from '@patronus/core';
import { ipv4ToNumber } from './address.ts';
import { EventSignal } from './event-signal.ts';
import { closeDescriptor, Errno } from './libc.ts';
import { inNetworkNamespace } from './namespace.ts';
import { NextHopSwitch } from './next-hop-switch.ts';
import { ProbeSocket, type ReceivedDatagram } from './probe-socket.ts';
import { raiseThreadPriority } from './scheduling.ts';
import { Waiter } from './waiter.ts';

/*
 *   left 10.9.0.1/24, 10.9.0.3/32 ── veth ── right 10.9.0.2/24
 */
const isRoot = process.getuid?.() === 0;
const tag = `pt${randomBytes(3).toString('hex')}`;
const [left, right] = [`${tag}l`, `${tag}r`];
const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8', timeout: 5_000 });
const number = (text: string): number => ipv4ToNumber(text as Address);

describe.skipIf(!isRoot)('libc in network namespaces (needs root)', () => {
  beforeAll(() => {
    ip('netns', 'add', left);
    ip('netns', 'add', right);
    ip('-n', left, 'link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v0', 'netns', right);
    for (const [space, address] of [
      [left, '10.9.0.1/24'],
      [right, '10.9.0.2/24'],
    ] as const) {
      ip('-n', space, 'address', 'add', address, 'dev', 'v0');
      ip('-n', space, 'link', 'set', 'v0', 'up');
      ip('-n', space, 'link', 'set', 'lo', 'up');
    }
    ip('-n', left, 'address', 'add', '10.9.0.3/32', 'dev', 'v0');
  });

  afterAll(() => {
    for (const space of [left, right]) {
      try {
        ip('netns', 'delete', space);
      } catch {
        // It was never made.
      }
    }
  });

  const collect = (socket: ProbeSocket, waitMs = 1_000): ReceivedDatagram[] => {
    const waiter = new Waiter([socket.fd]);
    const seen: ReceivedDatagram[] = [];
    while (waiter.wait(seen.length === 0 ? waitMs : 20) !== 0) {
      socket.receive((datagram) => seen.push({ ...datagram }));
    }
    return seen;
  };

  const quiet = { beforeSend: () => {}, afterSend: () => {} };

  it('sends from the chosen address and tells address, TTL and kernel time of what arrives', () => {
    const sender = inNetworkNamespace(left, () => ProbeSocket.open());
    const receiver = inNetworkNamespace(right, () => ProbeSocket.open(862));
    const target = { remoteAddress: number('10.9.0.2'), remotePort: 862, length: 44 };
    for (const from of ['10.9.0.1', '10.9.0.3']) {
      const offset = sender.queue({ ...target, localAddress: number(from) });
      sender.view.setUint32(offset, number(from));
    }
    const startedMs = Date.now();
    sender.flush(quiet);
    const seen = collect(receiver);
    expect(seen.map((each) => each.remoteAddress)).toEqual([number('10.9.0.1'), number('10.9.0.3')]);
    for (const each of seen) {
      expect(each).toMatchObject({ localAddress: number('10.9.0.2'), ttl: 255, length: 44 });
      expect(each.receivedMs).toBeGreaterThan(startedMs - 1);
      expect(each.receivedMs).toBeLessThan(startedMs + 100);
    }
    for (const { fd } of [sender, receiver]) closeDescriptor(fd);
  });

  it('sends the rest of a batch when one destination cannot be reached', () => {
    const sender = inNetworkNamespace(left, () => ProbeSocket.open());
    const receiver = inNetworkNamespace(right, () => ProbeSocket.open(862));
    const localAddress = number('10.9.0.1');
    for (let index = 0; index < 40; index++) {
      const remoteAddress = number(index % 3 === 0 ? '203.0.113.9' : '10.9.0.2');
      sender.queue({ remoteAddress, remotePort: 862, localAddress, length: 44 });
    }
    const errors: number[] = [];
    sender.flush({ beforeSend: () => {}, afterSend: (slot, _sentMs, errno) => (errors[slot] = errno) });
    expect(errors.map((errno) => errno !== 0)).toEqual(Array.from({ length: 40 }, (_, index) => index % 3 === 0));
    expect(errors[0]).toBe(Errno.netUnreachable);
    expect(collect(receiver)).toHaveLength(26);
    for (const { fd } of [sender, receiver]) closeDescriptor(fd);
  });

  it('tells of an oversized packet by its length', () => {
    const receiver = inNetworkNamespace(right, () => ProbeSocket.open(862));
    execFileSync('ip', ['netns', 'exec', left, 'bash', '-c', 'head -c 500 /dev/zero > /dev/udp/10.9.0.2/862'], {
      timeout: 5_000,
    });
    const seen = collect(receiver);
    expect(seen).toHaveLength(1);
    expect(seen[0]!.length).toBe(129);
    closeDescriptor(receiver.fd);
  });

  it('names the port when another program has it', () => {
    const first = inNetworkNamespace(right, () => ProbeSocket.open(862));
    expect(() => inNetworkNamespace(right, () => ProbeSocket.open(862))).toThrow(/UDP port 862: EADDRINUSE/);
    closeDescriptor(first.fd);
  });

  it('wakes from a wait by a signal raised before, and only once', () => {
    const signal = EventSignal.open();
    const waiter = new Waiter([signal.fd]);
    EventSignal.attach(signal.fd).raise();
    expect(waiter.wait(1_000)).toBe(1);
    signal.clear();
    const startedMs = performance.now();
    expect(waiter.wait(0.4)).toBe(0);
    expect(performance.now() - startedMs).toBeGreaterThan(0.35);
    closeDescriptor(signal.fd);
  });

  it('moves a group between its members and to the blackhole, with weights', () => {
    for (const [id, what] of [
      ['101', ['via', '10.9.0.2', 'dev', 'v0']],
      ['102', ['via', '10.9.0.4', 'dev', 'v0']],
      [String(blackholeNextHop), ['blackhole']],
    ] as const) {
      ip('-n', left, 'nexthop', 'add', 'id', id, ...what, 'proto', '80');
    }
    ip('-n', left, 'nexthop', 'add', 'id', '500', 'group', String(blackholeNextHop), 'proto', '80');
    const kernel = inNetworkNamespace(left, () => NextHopSwitch.open());
    const group = (): string => ip('-n', left, 'nexthop', 'show', 'id', '500').trim();
    expect(kernel.replaceGroup(500, [{ id: 101, weight: 1 }])).toEqual({ ok: true, value: undefined });
    expect(group()).toBe('id 500 group 101 proto 80');
    kernel.replaceGroup(500, [
      { id: 101, weight: 3 },
      { id: 102, weight: 256 },
    ]);
    expect(group()).toBe('id 500 group 101,3/102,256 proto 80');
    kernel.replaceGroup(500, []);
    expect(group()).toBe(`id 500 group ${blackholeNextHop} proto 80`);
    closeDescriptor(kernel.fd);
  });

  it('says which group or member the kernel does not know, in its own words', () => {
    const kernel = inNetworkNamespace(left, () => NextHopSwitch.open());
    const noGroup = kernel.replaceGroup(999, [{ id: 101, weight: 1 }]);
    const noMember = kernel.replaceGroup(500, [{ id: 777, weight: 1 }]);
    const refusals = [noGroup, noMember].flatMap((result) => (result.ok ? [] : [result.error]));
    expect(refusals.map(({ missing }) => missing)).toEqual([true, true]);
    expect(refusals[0]!.text).toContain('ENOENT');
    expect(refusals[1]!.text).toContain('nexthop');
    closeDescriptor(kernel.fd);
  });

  it('takes a group in well under a millisecond', () => {
    const kernel = inNetworkNamespace(left, () => NextHopSwitch.open());
    const startedMs = performance.now();
    for (let round = 0; round < 200; round++) kernel.replaceGroup(500, [{ id: 101 + (round % 2), weight: 1 }]);
    expect((performance.now() - startedMs) / 200).toBeLessThan(1);
    closeDescriptor(kernel.fd);
  });

  it('raises the thread, or says that it could not', () => {
    expect(['realtime', 'nice', 'normal']).toContain(raiseThreadPriority());
  });
});

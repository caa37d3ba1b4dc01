import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '@patronus/core';
import { addressOctets, ipv4ToNumber } from './address.ts';
import { ConntrackMarks } from './conntrack-marks.ts';
import { closeDescriptor } from './libc.ts';
import { inNetworkNamespace } from './namespace.ts';
import { NftSetWriter } from './nft-set-writer.ts';
import { PacketTap, type TapMode } from './packet-tap.ts';
import { ProbeSocket } from './probe-socket.ts';
import { Waiter } from './waiter.ts';

/*
 *   left 10.9.0.1/24 ── veth ── right 10.9.0.2/24, whose rules hand packets over
 */
const isRoot = process.getuid?.() === 0;
const tag = `pt${randomBytes(3).toString('hex')}`;
const [left, right] = [`${tag}l`, `${tag}r`];
const run = (tool: string, args: string[], input?: string): string =>
  execFileSync(tool, args, { encoding: 'utf8', timeout: 10_000, ...(input === undefined ? {} : { input }) });
const ip = (...args: string[]): string => run('ip', args);
const nft = (text: string): string => run('ip', ['netns', 'exec', right, 'nft', '-f', '-'], text);
const listSet = (name: string): string =>
  run('ip', ['netns', 'exec', right, 'nft', 'list', 'set', 'inet', 'tap', name]);
const number = (text: string): number => ipv4ToNumber(text as Address);
const address = (text: string): Address => text as Address;

const rules = (statement: string): string => `
table inet tap {
  set names_v4 { type ipv4_addr; flags timeout; size 65535; }
  set names_v6 { type ipv6_addr; flags timeout; size 65535; }
  chain enter {
    type filter hook prerouting priority -151; policy accept;
    udp dport 7001 ct state new ct mark set 0x12345678
    udp dport 7001 ${statement}
  }
}`;
const statements: Record<TapMode, string> = {
  hold: 'queue flags bypass to 5380',
  copy: 'log prefix "a rule " group 5380',
};

describe.skipIf(!isRoot)('packets that rules hand over (needs root)', () => {
  const descriptors: number[] = [];
  const keep = <T extends { readonly fd: number }>(resource: T): T => {
    descriptors.push(resource.fd);
    return resource;
  };

  beforeAll(() => {
    ip('netns', 'add', left);
    ip('netns', 'add', right);
    ip('-n', left, 'link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v0', 'netns', right);
    for (const [space, own] of [
      [left, '10.9.0.1/24'],
      [right, '10.9.0.2/24'],
    ] as const) {
      ip('-n', space, 'address', 'add', own, 'dev', 'v0');
      ip('-n', space, 'link', 'set', 'v0', 'up');
      ip('-n', space, 'link', 'set', 'lo', 'up');
    }
  });

  afterAll(() => {
    for (const fd of descriptors) closeDescriptor(fd);
    for (const space of [left, right]) spawnSync('ip', ['netns', 'delete', space]);
  });

  const replaceRules = (mode: TapMode): boolean => {
    nft('add table inet tap\ndelete table inet tap');
    try {
      nft(rules(statements[mode]));
      return true;
    } catch {
      return false;
    }
  };

  const send = (socket: ProbeSocket, text: string): void => {
    const at = socket.queue({
      remoteAddress: number('10.9.0.2'),
      remotePort: 7001,
      localAddress: 0,
      length: text.length,
    });
    Buffer.from(text).forEach((octet, index) => socket.view.setUint8(at + index, octet));
    socket.flush({ beforeSend: () => undefined, afterSend: () => undefined });
  };

  const arrived = (socket: ProbeSocket, waitMs: number): string[] => {
    const texts: string[] = [];
    if (new Waiter([socket.fd]).wait(waitMs) === 0) return texts;
    socket.receive(({ view, offset, length }) => {
      texts.push(Buffer.from(view.buffer, view.byteOffset + offset, length).toString());
    });
    return texts;
  };

  it.each<TapMode>(['copy', 'hold'])('come whole, by %s, and a held one waits for the verdict', (mode) => {
    if (!replaceRules(mode)) {
      // Kernels without nft_queue have the other way.
      expect(mode).toBe('hold');
      return;
    }
    const receiver = keep(inNetworkNamespace(right, () => ProbeSocket.open(7001)));
    const sender = keep(inNetworkNamespace(left, () => ProbeSocket.open()));
    const tap = inNetworkNamespace(right, () => PacketTap.open(mode, 5380));
    send(sender, 'hello');
    expect(new Waiter([tap.fd]).wait(2_000)).toBe(1);
    const seen: { text: string; id: number; label: string }[] = [];
    const packets = tap.receive(({ bytes, from, to, id, label }) => {
      seen.push({ text: Buffer.from(bytes.subarray(from, to)).toString('latin1'), id, label });
    });
    expect(packets).toBe(1);
    expect(seen[0]!.text.slice(-5)).toBe('hello');
    expect(seen[0]!.label).toBe(mode === 'copy' ? 'a rule ' : '');
    expect(seen[0]!.text.charCodeAt(0)).toBe(0x45);
    if (mode === 'hold') expect(arrived(receiver, 100)).toEqual([]);
    tap.release(seen[0]!.id);
    expect(arrived(receiver, 2_000)).toEqual(['hello']);
    closeDescriptor(tap.fd);
    send(sender, 'again');
    expect(arrived(receiver, 2_000)).toEqual(['again']);
    closeDescriptor(receiver.fd);
    descriptors.splice(descriptors.indexOf(receiver.fd), 1);
  });

  it('are of flows whose marks can be changed', () => {
    expect(replaceRules('copy')).toBe(true);
    const sender = keep(inNetworkNamespace(left, () => ProbeSocket.open(9001)));
    const marks = keep(inNetworkNamespace(right, () => ConntrackMarks.open()));
    const flow = {
      family: 4,
      protocol: 'udp',
      source: addressOctets(address('10.9.0.1')),
      destination: addressOctets(address('10.9.0.2')),
      sourcePort: 9001,
      destinationPort: 7001,
    } as const;
    expect(marks.clear(flow, 0xffff_0000)).toBe(2);
    send(sender, 'hello');
    expect(marks.clear(flow, 0xffff_0000)).toBe(0);
    const known = run('ip', ['netns', 'exec', right, 'cat', '/proc/self/net/nf_conntrack']);
    expect(known).toMatch(new RegExp(`sport=9001 dport=7001 .*mark=22136\\b`));
  });

  it('teach addresses, which are in their sets for as long as was told', () => {
    expect(replaceRules('copy')).toBe(true);
    const writer = keep(inNetworkNamespace(right, () => NftSetWriter.open('tap')));
    const many = Array.from({ length: 1_000 }, (_, index) => ({
      set: 'names_v4',
      address: address(`10.20.${index >> 8}.${index & 255}`),
      ttlSec: 600,
    }));
    writer.put([{ set: 'names_v4', address: address('192.0.2.1'), ttlSec: 30 }, ...many]);
    writer.put([
      { set: 'names_v4', address: address('192.0.2.1'), ttlSec: 900 },
      { set: 'names_v6', address: address('2001:db8::7'), ttlSec: 60 },
    ]);
    const four = listSet('names_v4');
    expect(four.match(/10\.20\.\d+\.\d+/g)).toHaveLength(1_000);
    expect(four).toMatch(/192\.0\.2\.1 timeout 15m/);
    expect(listSet('names_v6')).toMatch(/2001:db8::7 timeout 1m/);
    expect(() => writer.put([{ set: 'gone', address: address('192.0.2.1'), ttlSec: 30 }])).toThrow('set gone');
    expect(() => writer.put([{ set: 'names_v4', address: address('192.0.2.9'), ttlSec: 30 }])).not.toThrow();
  });
});

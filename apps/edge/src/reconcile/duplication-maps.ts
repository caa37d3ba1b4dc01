import { randomInt } from 'node:crypto';
import { prefixRange, isIpv6, prefixLength, networkPrefix, type Address, type Prefix } from '@patronus/core';
import type { BpfMap } from '@patronus/linux';
import { byText, type DuplicationState, type ObservedCopies } from '@patronus/netconf';
import { copyCounts, type CopyCounts } from '@patronus/protocol';

/** The maps of packages/ebpf/src/duplicate.bpf.c that hold what a document says. `duplicate.h` has the structures. */
export interface DuplicationMaps {
  readonly dup_self: BpfMap;
  readonly dup_classes: BpfMap;
  readonly dup_sites: BpfMap;
}

/** Bits of a sender that tell one run of its numbers from another; those above are the site's index. */
const epochBits = 18;
const addressBits = 128;
const ipv4Bits = 96;
const prefixKeySize = 4 + addressBits / 8;

/** What the maps hold; null before anything was written. */
export function readDuplication(maps: DuplicationMaps): DuplicationState | null {
  const sender = senderIn(maps);
  if (sender === 0) return null;
  const classes = maps.dup_classes.entries().flatMap(([key, value]) => classesIn(word(key), value));
  const sites = maps.dup_sites.entries().map(([key, value]) => ({ prefix: prefixOfKey(key), index: word(value) }));
  return {
    siteIndex: sender >>> epochBits,
    classes: classes.toSorted((a, b) => a - b),
    sites: sites.toSorted((a, b) => byText(a.prefix, b.prefix)),
  };
}

/**
 * Brings the maps to a state, in an order in which no packet is sent twice to a site that would not notice. Numbers begin
 * anew, as others can tell, only where they have none or are those of another site.
 */
export function writeDuplication(maps: DuplicationMaps, { siteIndex, classes, sites }: DuplicationState): void {
  const wanted = new Map(sites.map(({ prefix, index }) => [keyText(keyOfPrefix(prefix)), { prefix, index }]));
  for (const key of maps.dup_sites.keys()) if (!wanted.has(keyText(key))) maps.dup_sites.delete(key);
  for (const { prefix, index } of sites) maps.dup_sites.set(keyOfPrefix(prefix), octets(index));
  const known = senderIn(maps);
  if (known === 0 || known >>> epochBits !== siteIndex) {
    maps.dup_self.set(octets(0), octets(siteIndex * 2 ** epochBits + randomInt(1, 2 ** epochBits)));
  }
  for (const key of maps.dup_classes.keys()) maps.dup_classes.set(key, groupOf(word(key), classes));
}

/** Classes in one word of the map have a bit each. */
const groupSize = 64;

const classesIn = (group: number, value: Uint8Array): number[] => {
  const bits = Buffer.from(value).readBigUInt64LE(0);
  return Array.from({ length: groupSize }, (_, bit) => group * groupSize + bit).filter(
    (each) => ((bits >> BigInt(each % groupSize)) & 1n) === 1n,
  );
};

function groupOf(group: number, classes: readonly number[]): Uint8Array {
  const value = Buffer.alloc(8);
  const here = classes.filter((each) => Math.floor(each / groupSize) === group);
  value.writeBigUInt64LE(here.reduce((bits, each) => bits | (1n << BigInt(each % groupSize)), 0n));
  return value;
}

const senderIn = ({ dup_self: self }: DuplicationMaps): number => word(self.get(octets(0))!);

/** `struct prefix`: the length, then the address; IPv4 as ::ffff:a.b.c.d. */
function keyOfPrefix(prefix: Prefix): Uint8Array {
  const key = Buffer.alloc(prefixKeySize);
  const { first } = prefixRange(prefix);
  const address = isIpv6(prefix) ? first : (0xffffn << 32n) | first;
  key.writeUInt32LE(prefixLength(prefix) + (isIpv6(prefix) ? 0 : ipv4Bits), 0);
  key.write(address.toString(16).padStart(addressBits / 4, '0'), 4, 'hex');
  return key;
}

function prefixOfKey(key: Uint8Array): Prefix {
  const buffer = Buffer.from(key);
  const length = buffer.readUInt32LE(0);
  const isIpv4 = length >= ipv4Bits && buffer.toString('hex', 4, 16) === '00000000000000000000ffff';
  if (isIpv4) return networkPrefix([...buffer.subarray(16)].join('.') as Address, length - ipv4Bits);
  const groups = Array.from({ length: 8 }, (_, group) => buffer.readUInt16BE(4 + 2 * group).toString(16));
  return networkPrefix(groups.join(':') as Address, length);
}

const keyText = (key: Uint8Array): string => Buffer.from(key).toString('hex');

/** Numbers of 32 bits as the programs on this machine, which is little-endian, see them. */
function octets(value: number): Uint8Array {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

const word = (value: Uint8Array): number => Buffer.from(value).readUInt32LE(0);

/** What became of packets, by tunnel and site. Counters of devices that are gone are left out, and forgotten. */
export function readCopies(counters: BpfMap, self: BpfMap, tunnels: ReadonlyMap<number, string>): ObservedCopies[] {
  const sender = word(self.get(octets(0))!);
  return counters.entries().flatMap(([key, value]) => {
    const device = word(key);
    const tunnel = tunnels.get(device);
    if (tunnel === undefined) {
      counters.delete(key);
      return [];
    }
    const view = Buffer.from(value);
    const counts = copyCounts.map((name, index) => [name, Number(view.readBigUInt64LE(8 * index))]);
    const fixed = { tunnel, siteIndex: Buffer.from(key).readUInt32LE(4), epoch: `${sender.toString(16)}-${device}` };
    return [{ ...fixed, ...(Object.fromEntries(counts) as CopyCounts) }];
  });
}

import type { Address } from '@patronus/core';
import { hexOf, ipv4At, ipv6At } from './text.ts';

/** An IP packet of TCP or UDP, read in place. One object may be reused for many. */
export interface PacketView {
  family: 4 | 6;
  protocol: 'tcp' | 'udp';
  sourceAt: number;
  destinationAt: number;
  sourcePort: number;
  destinationPort: number;
  /** Sequence number of the first octet of the payload; 0 for UDP. */
  sequence: number;
  /** The payload, in the octets that the packet was read from. */
  from: number;
  to: number;
}

export const emptyPacket = (): PacketView => ({
  family: 4,
  protocol: 'udp',
  sourceAt: 0,
  destinationAt: 0,
  sourcePort: 0,
  destinationPort: 0,
  sequence: 0,
  from: 0,
  to: 0,
});

const tcp = 6;
const udp = 17;
const synFlag = 0x02;
/** Hop-by-hop, routing and destination options: headers of IPv6 that say their length and are passed over. */
const skippedHeaders = new Set([0, 43, 60]);
const maxHeaders = 8;

/** Reads a whole packet that begins at `from` into `into`; false where it is not TCP or UDP, is a fragment, or is malformed. */
export function readPacket(bytes: Uint8Array, from: number, to: number, into: PacketView): boolean {
  if (to > bytes.length || to - from < 20) return false;
  const version = bytes[from]! >> 4;
  if (version === 4) return readIpv4(bytes, from, to, into);
  return version === 6 && readIpv6(bytes, from, to, into);
}

function readIpv4(bytes: Uint8Array, from: number, available: number, into: PacketView): boolean {
  const headerSize = (bytes[from]! & 0x0f) * 4;
  const total = word(bytes, from + 2);
  // A packet that the kernel put together from many may be longer than its header can tell, which then says zero.
  const to = total === 0 ? available : from + total;
  const isFragment = (word(bytes, from + 6) & 0x3fff) !== 0;
  if (headerSize < 20 || to > available || from + headerSize > to || isFragment) return false;
  into.family = 4;
  into.sourceAt = from + 12;
  into.destinationAt = from + 16;
  return readTransport(bytes, from + headerSize, to, bytes[from + 9]!, into);
}

function readIpv6(bytes: Uint8Array, from: number, available: number, into: PacketView): boolean {
  if (available - from < 40) return false;
  const length = word(bytes, from + 4);
  const to = length === 0 ? available : from + 40 + length;
  if (to > available) return false;
  into.family = 6;
  into.sourceAt = from + 8;
  into.destinationAt = from + 24;
  let [next, at] = [bytes[from + 6]!, from + 40];
  for (let count = 0; skippedHeaders.has(next); count++) {
    if (count === maxHeaders || at + 8 > to) return false;
    next = bytes[at]!;
    at += (bytes[at + 1]! + 1) * 8;
  }
  return readTransport(bytes, at, to, next, into);
}

function readTransport(bytes: Uint8Array, at: number, to: number, protocol: number, into: PacketView): boolean {
  if ((protocol !== tcp && protocol !== udp) || at + (protocol === tcp ? 20 : 8) > to) return false;
  into.sourcePort = word(bytes, at);
  into.destinationPort = word(bytes, at + 2);
  into.to = to;
  if (protocol === udp) {
    into.protocol = 'udp';
    into.sequence = 0;
    into.from = at + 8;
    return true;
  }
  const headerSize = (bytes[at + 12]! >> 4) * 4;
  if (headerSize < 20 || at + headerSize > to) return false;
  into.protocol = 'tcp';
  // A SYN takes a number of its own.
  into.sequence = (doubleWord(bytes, at + 4) + ((bytes[at + 13]! & synFlag) === 0 ? 0 : 1)) >>> 0;
  into.from = at + headerSize;
  return true;
}

/** Where the packet goes. */
export const destinationOf = (bytes: Uint8Array, { family, destinationAt }: PacketView): Address =>
  family === 4 ? ipv4At(bytes, destinationAt) : ipv6At(bytes, destinationAt);

/** The same text for every packet of one direction of one flow. */
export const directionKey = (bytes: Uint8Array, packet: PacketView): string =>
  `${packet.protocol}${sourceKey(bytes, packet)}-${destinationKey(bytes, packet)}`;

/** The {@link directionKey} of packets that answer this one. */
export const replyKey = (bytes: Uint8Array, packet: PacketView): string =>
  `${packet.protocol}${destinationKey(bytes, packet)}-${sourceKey(bytes, packet)}`;

const sourceKey = (bytes: Uint8Array, { family, sourceAt, sourcePort }: PacketView): string =>
  `${hexOf(bytes, sourceAt, sourceAt + (family === 4 ? 4 : 16))}.${sourcePort}`;
const destinationKey = (bytes: Uint8Array, { family, destinationAt, destinationPort }: PacketView): string =>
  `${hexOf(bytes, destinationAt, destinationAt + (family === 4 ? 4 : 16))}.${destinationPort}`;

const word = (bytes: Uint8Array, at: number): number => bytes[at]! * 256 + bytes[at + 1]!;
const doubleWord = (bytes: Uint8Array, at: number): number => word(bytes, at) * 65_536 + word(bytes, at + 2);

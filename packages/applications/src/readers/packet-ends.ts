import type { Address } from '@patronus/core';
import { emptyPacket, readPacket } from './packet.ts';
import { ipv4At, ipv6At } from './text.ts';

/** Where a packet comes from and leads to. */
export interface PacketEnds {
  /** Such as `tcp`; the number where it has no usual name. */
  readonly protocol: string;
  readonly source: Address;
  readonly destination: Address;
  /** Null for what has none, and for fragments. */
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
}

const names: Readonly<Record<number, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  47: 'gre',
  50: 'esp',
  58: 'ipv6-icmp',
  132: 'sctp',
};

/** Reads the header of any IP packet that begins at `from`; null for what is none. */
export function readPacketEnds(bytes: Uint8Array, from: number, to: number): PacketEnds | null {
  const end = Math.min(to, bytes.length);
  const version = end - from < 20 ? 0 : bytes[from]! >> 4;
  if (version !== 4 && (version !== 6 || end - from < 40)) return null;
  const number = bytes[from + (version === 4 ? 9 : 6)]!;
  const packet = emptyPacket();
  const hasPorts = readPacket(bytes, from, end, packet);
  return {
    protocol: hasPorts ? packet.protocol : (names[number] ?? String(number)),
    source: version === 4 ? ipv4At(bytes, from + 12) : ipv6At(bytes, from + 8),
    destination: version === 4 ? ipv4At(bytes, from + 16) : ipv6At(bytes, from + 24),
    sourcePort: hasPorts ? packet.sourcePort : null,
    destinationPort: hasPorts ? packet.destinationPort : null,
  };
}

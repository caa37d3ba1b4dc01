import { isIpv6, prefix, prefixRange, type Address } from '@patronus/core';
import type { Flow } from '@patronus/policy';

const numbers = { icmp: 1, tcp: 6, udp: 17, gre: 47, esp: 50, sctp: 132 } as const;
const icmpv6 = 58;

/** The hardware address that frames of {@link packetFrame} are for. */
export const frameDestination = '02:00:00:00:00:01';

/**
 * An Ethernet frame with the first packet of a flow, as a kernel takes it for new. `id` stands in the identification of IPv4
 * and in the flow label of IPv6, by which the packet can be told. Checksums beyond that of the IPv4 header are left at zero.
 */
export function packetFrame(flow: Flow, id: number): Buffer {
  const payload = payloadOf(flow);
  const ipv6 = isIpv6(flow.source);
  const protocol = ipv6 && flow.protocol === 'icmp' ? icmpv6 : numbers[flow.protocol];
  const header = ipv6 ? ipv6Header(flow, id, protocol, payload.length) : ipv4Header(flow, id, protocol, payload.length);
  const ethernet = Buffer.from(`020000000001020000000002${ipv6 ? '86dd' : '0800'}`, 'hex');
  return Buffer.concat([ethernet, header, payload]);
}

function bytesOf(address: Address): Buffer {
  const digits = isIpv6(address) ? 32 : 8;
  const { first } = prefixRange(prefix(`${address}/${digits * 4}`));
  return Buffer.from(first.toString(16).padStart(digits, '0'), 'hex');
}

function ipv4Header({ source, destination, dscp }: Flow, id: number, protocol: number, length: number): Buffer {
  const header = Buffer.alloc(20);
  header[0] = 0x45;
  header[1] = dscp << 2;
  header.writeUInt16BE(20 + length, 2);
  header.writeUInt16BE(id, 4);
  header[8] = 64;
  header[9] = protocol;
  header.set([...bytesOf(source), ...bytesOf(destination)], 12);
  let sum = 0;
  for (let at = 0; at < 20; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  header.writeUInt16BE(~sum & 0xffff, 10);
  return header;
}

function ipv6Header({ source, destination, dscp }: Flow, id: number, protocol: number, length: number): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt32BE(((6 << 28) | (dscp << 22) | id) >>> 0, 0);
  header.writeUInt16BE(length, 4);
  header[6] = protocol;
  header[7] = 64;
  header.set([...bytesOf(source), ...bytesOf(destination)], 8);
  return header;
}

/** The least that connection tracking takes for the beginning of a flow. */
function payloadOf({ source, protocol, sourcePort, destinationPort }: Flow): Buffer {
  const payload = Buffer.alloc(32);
  if (protocol === 'icmp') payload[0] = isIpv6(source) ? 128 : 8;
  if (protocol === 'gre' || protocol === 'esp' || protocol === 'icmp') return payload;
  payload.writeUInt16BE(sourcePort ?? 0, 0);
  payload.writeUInt16BE(destinationPort ?? 0, 2);
  if (protocol === 'udp') payload.writeUInt16BE(payload.length, 4);
  // SYN, without options, in a segment of its own
  if (protocol === 'tcp') return Buffer.from([...payload.subarray(0, 12), 0x50, 0x02, 0xff, 0xff, 0, 0, 0, 0]);
  // an INIT chunk of 20 octets (RFC 9260, section 3.3.2)
  if (protocol === 'sctp') payload.set([1, 0, 0, 20, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1], 12);
  return payload;
}

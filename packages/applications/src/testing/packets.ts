/** The octets of an IPv4 packet of TCP or UDP, as far as a reader looks at them. */
export function ipv4Packet(parts: {
  protocol: 'tcp' | 'udp';
  source?: readonly [address: string, port: number];
  destination?: readonly [address: string, port: number];
  sequence?: number;
  payload: Uint8Array;
}): Uint8Array {
  const { protocol, source = ['10.1.0.10', 40_000], destination = ['192.0.2.1', 443], payload } = parts;
  const transportSize = protocol === 'tcp' ? 20 : 8;
  const packet = Buffer.alloc(20 + transportSize + payload.length);
  packet[0] = 0x45;
  packet.writeUInt16BE(packet.length, 2);
  packet[9] = protocol === 'tcp' ? 6 : 17;
  packet.set(source[0].split('.').map(Number), 12);
  packet.set(destination[0].split('.').map(Number), 16);
  packet.writeUInt16BE(source[1], 20);
  packet.writeUInt16BE(destination[1], 22);
  if (protocol === 'tcp') {
    packet.writeUInt32BE((parts.sequence ?? 1) >>> 0, 24);
    packet[32] = 0x50;
  }
  packet.set(payload, 20 + transportSize);
  return packet;
}

/** The same over IPv6, behind a header of hop-by-hop options. */
export function ipv6Packet({ port, payload }: { port: number; payload: Uint8Array }): Uint8Array {
  const packet = Buffer.alloc(40 + 8 + 8 + payload.length);
  packet[0] = 0x60;
  packet.writeUInt16BE(packet.length - 40, 4);
  packet.set(Buffer.from('20010db8000000000000000000000010', 'hex'), 8);
  packet.set(Buffer.from('20010db8000000000001000000000001', 'hex'), 24);
  packet[40] = 17;
  packet.writeUInt16BE(40_000, 48);
  packet.writeUInt16BE(port, 50);
  packet.set(payload, 56);
  return packet;
}

type DnsRecord =
  | readonly [owner: string, type: 'A', ttl: number, address: string]
  | readonly [owner: string, type: 'AAAA', ttl: number, hex: string]
  | readonly [owner: string, type: 'CNAME', ttl: number, target: string];

const dnsTypes = { A: 1, CNAME: 5, AAAA: 28 };

export const dnsName = (name: string): Buffer =>
  Buffer.concat([...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])), Buffer.of(0)]);

/** A response without compression to a question for a name's addresses. */
export function dnsResponse(asked: string, records: readonly DnsRecord[], flags = 0x8180): Uint8Array {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(flags, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  const parts = records.map(([owner, type, ttl, value]) => {
    const data =
      type === 'A'
        ? Buffer.from(value.split('.').map(Number))
        : type === 'AAAA'
          ? Buffer.from(value, 'hex')
          : dnsName(value);
    const fixed = Buffer.alloc(10);
    fixed.writeUInt16BE(dnsTypes[type], 0);
    fixed.writeUInt16BE(1, 2);
    fixed.writeUInt32BE(ttl, 4);
    fixed.writeUInt16BE(data.length, 8);
    return Buffer.concat([dnsName(owner), fixed, data]);
  });
  return Buffer.concat([header, dnsName(asked), Buffer.of(0, 1, 0, 1), ...parts]);
}

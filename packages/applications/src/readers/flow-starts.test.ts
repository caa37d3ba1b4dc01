import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chromiumHello } from '../testing/captures.ts';
import { ipv4Packet, ipv6Packet } from '../testing/packets.ts';
import { FlowStarts } from './flow-starts.ts';
import { destinationOf, emptyPacket, readPacket } from './packet.ts';

const tcpPacket = (sequence: number, payload: Uint8Array, port = 40_000): Uint8Array =>
  ipv4Packet({ protocol: 'tcp', source: ['10.1.0.10', port], sequence, payload });

function feed(starts: FlowStarts, bytes: Uint8Array) {
  const packet = emptyPacket();
  expect(readPacket(bytes, 0, bytes.length, packet)).toBe(true);
  return starts.take(bytes, packet);
}

describe('the start of a TCP flow', () => {
  it('names the server however it is cut up, and in whatever order the pieces come', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: chromiumHello.length - 1 }), { maxLength: 5 });
    fc.assert(
      fc.property(
        cuts,
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
        (at, first, keys) => {
          const edges = [0, ...at.toSorted((a, b) => a - b), chromiumHello.length];
          const pieces = edges.slice(1).map((end, index) => ({
            sequence: first + edges[index]!,
            payload: chromiumHello.subarray(edges[index], end),
            key: keys[index]!,
          }));
          const starts = new FlowStarts({ now: () => 0, wall: () => 0 });
          const findings = [
            feed(starts, tcpPacket(first, new Uint8Array(0))),
            ...pieces
              .toSorted((a, b) => a.key - b.key)
              .map((each) => feed(starts, tcpPacket(each.sequence, each.payload))),
          ];
          expect(findings).toContainEqual({ kind: 'name', name: 'tls.example.com' });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is given up when nothing is said, and holds a bounded number of flows', () => {
    let now = 0;
    const starts = new FlowStarts({ now: () => now, wall: () => now });
    for (let port = 1; port <= 5_000; port++) feed(starts, tcpPacket(1, chromiumHello.subarray(0, 9), port));
    expect(starts.waiting).toBeLessThanOrEqual(2_048);
    now = 20_000;
    feed(starts, tcpPacket(1, chromiumHello.subarray(0, 9)));
    expect(starts.waiting).toBe(1);
    const ends = Array.from({ length: 40 }, () => feed(starts, tcpPacket(1, new Uint8Array(0))).kind);
    expect(ends).toContain('other');
  });
});

describe('a packet', () => {
  it('is read over IPv6 behind extension headers', () => {
    const bytes = ipv6Packet({ port: 443, payload: new Uint8Array([1, 2, 3]) });
    const packet = emptyPacket();
    expect(readPacket(bytes, 0, bytes.length, packet)).toBe(true);
    expect(packet).toMatchObject({ protocol: 'udp', destinationPort: 443 });
    expect(destinationOf(bytes, packet)).toBe('2001:db8::1:0:0:1');
    expect(packet.to - packet.from).toBe(3);
  });

  it('is read from whatever octets come, without error and within them', () => {
    const start = fc.constantFrom([0x45], [0x60], [0x4f], []);
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 120 }), (head, tail) => {
        const bytes = Uint8Array.from([...head, ...tail]);
        const packet = emptyPacket();
        if (!readPacket(bytes, 0, bytes.length, packet)) return;
        expect(packet.from).toBeLessThanOrEqual(packet.to);
        expect(packet.to).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 10_000 },
    );
  });
});

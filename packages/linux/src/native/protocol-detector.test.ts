import { messageOf } from '@patronus/core';
import { describe, expect, it } from 'vitest';
import { ProtocolDetector } from './protocol-detector.ts';

/** Why nDPI cannot be called here, or null. */
const missing = ((): string | null => {
  try {
    new ProtocolDetector(1).forget(0);
    return null;
  } catch (error) {
    return messageOf(error);
  }
})();

/** An IPv4 packet of TCP or UDP from port 40000 of 10.1.0.10 to a port of 10.2.0.20. */
function packet(protocol: 6 | 17, port: number, payload: Uint8Array | string): Uint8Array {
  const data = Buffer.from(payload);
  const header = protocol === 6 ? 40 : 28;
  const octets = Buffer.alloc(header + data.length);
  octets.set([0x45, 0]);
  octets.writeUInt16BE(octets.length, 2);
  octets.set([64, protocol, 0, 0, 10, 1, 0, 10, 10, 2, 0, 20], 8);
  octets.writeUInt16BE(40_000, 20);
  octets.writeUInt16BE(port, 22);
  if (protocol === 6) octets.set([0x50, 0x18, 0xff, 0xff], 32);
  else octets.writeUInt16BE(8 + data.length, 24);
  octets.set(data, header);
  return octets;
}

describe.skipIf(missing !== null)(`nDPI${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  const take = (detector: ProtocolDetector, slot: number, octets: Uint8Array): readonly string[] =>
    detector.take(slot, octets, 0, octets.length, 1_000);

  it('tells protocols by what packets look like, at any port, each flow for itself', () => {
    const detector = new ProtocolDetector(2);
    const torrent = Buffer.concat([Buffer.from([19]), Buffer.from('BitTorrent protocol'), Buffer.alloc(48, 7)]);
    expect(take(detector, 0, packet(6, 7_022, torrent))).toEqual(['BitTorrent']);
    expect(take(detector, 1, packet(17, 7_000, 'hello'))).toEqual([]);
    expect(
      take(detector, 1, packet(17, 7_000, 'REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.0.10\r\n\r\n')),
    ).toContain('SIP');
  });

  it('forgets the flow of a slot', () => {
    const detector = new ProtocolDetector(1);
    const sip = packet(17, 7_000, 'REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.0.10\r\n\r\n');
    expect(take(detector, 0, sip)).toContain('SIP');
    detector.forget(0);
    expect(take(detector, 0, packet(17, 7_001, 'what is this'))).toEqual([]);
  });
});

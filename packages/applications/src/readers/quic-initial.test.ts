import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chromiumDatagrams } from '../testing/captures.ts';
import { ipv4Packet } from '../testing/packets.ts';
import { CryptoFrames } from './crypto-frames.ts';
import { FlowStarts } from './flow-starts.ts';
import { emptyPacket, readPacket } from './packet.ts';
import { initialKeys, openInitialPacket, readInitialPackets, type InitialKeys } from './quic-initial.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
/** RFC 9001, appendix A, and RFC 9369, appendix A. */
const connectionId = hex('8394c8f03e515708');
const version2 = 0x6b33_43cf;
const cryptoFrame = hex(
  '060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c' +
    '00000413011302010000c000000010000e00000b6578616d706c652e636f6dff01000100000a00080006001d00170018' +
    '00100007000504616c706e000500050100000000003300260024001d00209370b2c9caa47fbabaf4559fedba753de171' +
    'fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e0403050306030203080408050806002d0002010100' +
    '1c00024001003900320408ffffffffffffffff05048000ffff07048000ffff0801100104800075300901100f088394c8' +
    'f03e51570806048000ffff',
);
const plain = Buffer.concat([cryptoFrame, Buffer.alloc(1162 - cryptoFrame.length)]);
const protectedStart = hex(
  'c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92ec356c' +
    '0bab7df5976d27cd449f63300099f3991c260ec4c60d17b31f8429157bb35a1282a643a8d2262cad67500cadb8e7378c' +
    '8eb7539ec4d4905fed1bee1fc8aafba17c750e2c7ace01e6005f80fcb7df6212',
);

/** What a sender does (RFC 9001, section 5): the reverse of what is tested. */
function seal(header: Buffer, numberAt: number, payload: Buffer, { key, iv, headerKey }: InitialKeys): Buffer {
  const nonce = Buffer.from(iv);
  const number = header.subarray(numberAt);
  number.forEach((octet, index) => (nonce[12 - number.length + index]! ^= octet));
  const cipher = createCipheriv('aes-128-gcm', key, nonce);
  cipher.setAAD(header);
  const packet = Buffer.concat([header, cipher.update(payload), cipher.final(), cipher.getAuthTag()]);
  const sample = packet.subarray(numberAt + 4, numberAt + 20);
  const mask = createCipheriv('aes-128-ecb', headerKey, null).update(sample);
  packet[0]! ^= mask[0]! & 0x0f;
  for (let index = 0; index < number.length; index++) packet[numberAt + index]! ^= mask[1 + index]!;
  return packet;
}

const rfcPacket = (): Buffer =>
  seal(hex('c300000001088394c8f03e5157080000449e00000002'), 18, plain, initialKeys(1, connectionId));
const rfcPacket2 = (): Buffer =>
  seal(hex('d36b3343cf088394c8f03e5157080000449e00000002'), 18, plain, initialKeys(version2, connectionId));

describe('the keys of first packets', () => {
  it('are those of RFC 9001, appendix A.1', () => {
    const keys = initialKeys(1, connectionId);
    expect(keys.key.toString('hex')).toBe('1f369613dd76d5467730efcbe3b1a22d');
    expect(keys.iv.toString('hex')).toBe('fa044b2f42a3fd3b46fb255c');
    expect(keys.headerKey.toString('hex')).toBe('9f50449e04a0e810283a1e9933adedd2');
  });

  it('are those of RFC 9369, appendix A.1, for version 2', () => {
    const keys = initialKeys(version2, connectionId);
    expect(keys.key.toString('hex')).toBe('8b1a0bc121284290a29e0971b5cd045d');
    expect(keys.iv.toString('hex')).toBe('91f73e2351d8fa91660e909f');
    expect(keys.headerKey.toString('hex')).toBe('45b95e15235d6f45a6b19cbcb0294ba9');
  });
});

describe("a client's first packet of QUIC", () => {
  it('of RFC 9001, appendix A.2, is opened', () => {
    const bytes = rfcPacket();
    expect(bytes.subarray(0, protectedStart.length)).toEqual(protectedStart);
    const [packet] = readInitialPackets(bytes, 0, bytes.length);
    expect(Buffer.from(openInitialPacket(bytes, packet!, initialKeys(1, connectionId))!)).toEqual(plain);
  });

  it.each([
    ['1', rfcPacket],
    ['2', rfcPacket2],
  ])('of version %s tells the name of the server', (_version, make) => {
    expect(new Flow().take(make())).toEqual({ kind: 'name', name: 'example.com' });
  });

  it('may come in one datagram with others', () => {
    const zeroRtt = Buffer.concat([hex('d0000000010000000004'), Buffer.alloc(3)]);
    zeroRtt.writeUInt8(4, 7);
    expect(readInitialPackets(Buffer.concat([rfcPacket(), rfcPacket()]), 0, 2_400)).toHaveLength(2);
    const first = Buffer.from([0xd0, 0, 0, 0, 1, 8, ...connectionId, 0, 0x40, 0x20, ...Buffer.alloc(32)]);
    const both = Buffer.concat([first, rfcPacket()]);
    expect(readInitialPackets(both, 0, both.length)).toHaveLength(1);
  });

  it('with another tag is not opened', () => {
    const bytes = rfcPacket();
    bytes[bytes.length - 1]! ^= 1;
    expect(new Flow().take(bytes)).toEqual({ kind: 'other' });
  });

  it('of another version, with a short header, or cut off is none', () => {
    for (const change of [
      (bytes: Buffer) => bytes.writeUInt32BE(0xff00_001d, 1),
      (bytes: Buffer) => bytes.writeUInt8(0x40, 0),
      (bytes: Buffer) => bytes.writeUInt8(21, 5),
    ]) {
      const bytes = rfcPacket();
      change(bytes);
      expect(readInitialPackets(bytes, 0, bytes.length)).toEqual([]);
    }
    const bytes = rfcPacket();
    expect(readInitialPackets(bytes, 0, bytes.length - 1)).toEqual([]);
  });

  it('is read from whatever octets come, without error and within them', () => {
    const packet = rfcPacket();
    const changes = fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(changes, fc.nat(packet.length), (edits, length) => {
        const bytes = Buffer.from(packet);
        for (const [at, octet] of edits) bytes[at] = octet;
        new Flow().take(bytes.subarray(0, length));
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        new Flow().take(bytes);
        new CryptoFrames().take(bytes);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('the greeting of Chromium over QUIC', () => {
  it('is put together from frames that it scattered over datagrams', () => {
    const flow = new Flow();
    expect(flow.take(chromiumDatagrams[0]!)).toEqual({ kind: 'incomplete' });
    expect(flow.take(chromiumDatagrams[1]!)).toEqual({ kind: 'name', name: 'quic.example.com' });
    expect(flow.starts.waiting).toBe(0);
  });

  it('is read in whatever order they come, sent again or not', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 0, 1], { minLength: 6, maxLength: 6 }), (order) => {
        const flow = new Flow();
        const findings = order.map((index) => flow.take(chromiumDatagrams[index]!));
        expect(findings).toContainEqual({ kind: 'name', name: 'quic.example.com' });
      }),
      { numRuns: 50 },
    );
  });
});

describe('frames of a greeting', () => {
  const frame = (offset: number, data: Uint8Array): Buffer =>
    Buffer.concat([
      Buffer.from([6, 0x80, 0, offset >> 8, offset & 255, 0x40 | (data.length >> 8), data.length & 255]),
      data,
    ]);
  const greeting = cryptoFrame.subarray(4);

  it('may overlap and come in any order, with acknowledgements between them', () => {
    const piece = fc.tuple(fc.nat(greeting.length - 1), fc.integer({ min: 1, max: 200 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const frames = new CryptoFrames();
        const ack = Buffer.from([2, 5, 0, 1, 0, 0, 0]);
        for (const [from, length] of pieces) {
          expect(frames.take(Buffer.concat([ack, frame(from, greeting.subarray(from, from + length))]))).toBe(true);
        }
        frames.take(frame(0, greeting));
        expect(frames.read()).toEqual({ kind: 'name', name: 'example.com' });
      }),
      { numRuns: 300 },
    );
  });

  it('are refused when they are too many or reach too far', () => {
    const frames = new CryptoFrames();
    expect(frames.take(frame(16_000, new Uint8Array(1_000)))).toBe(false);
    let taken = 0;
    while (taken < 10_000 && frames.take(frame(0, greeting))) taken++;
    expect(taken).toBeLessThan(300);
  });
});

/** One flow from a client. */
class Flow {
  readonly starts = new FlowStarts({ now: () => 0, wall: () => 0 });

  take(payload: Uint8Array) {
    const bytes = ipv4Packet({ protocol: 'udp', payload });
    const packet = emptyPacket();
    if (!readPacket(bytes, 0, bytes.length, packet)) throw new TypeError('the test made no packet');
    return this.starts.take(bytes, packet);
  }
}

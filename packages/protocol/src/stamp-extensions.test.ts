import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  extendedPacketSize,
  lostLinkPacketSize,
  noArrivals,
  readExtensions,
  reflectExtensions,
  StampExtensionBuffer,
  writeLostLink,
  writeSenderExtensions,
} from './stamp-extensions.ts';
import { maxStampPacketSize, stampPacketSize } from './stamp.ts';

const arrivals = { generation: 0x01020304, expected: 1_000, received: 990, overtaken: 7, doubled: 3 };
const room = (): DataView => new DataView(new ArrayBuffer(maxStampPacketSize));
const hexFrom = (view: DataView, start: number, length: number): string =>
  Buffer.from(view.buffer, start, length).toString('hex');

function question(): DataView {
  const view = room();
  writeSenderExtensions(view, 0, 77, arrivals);
  return view;
}

function answerTo(view: DataView, length: number): DataView {
  const answer = room();
  const fill = { sent: 55, arrivals: { ...arrivals, received: 900 } };
  reflectExtensions({ view: answer, at: 0 }, { view, at: 0, length }, fill);
  return answer;
}

function read(view: DataView, length = extendedPacketSize): StampExtensionBuffer {
  const into = new StampExtensionBuffer();
  readExtensions(view, 0, length, into);
  return into;
}

describe('the extensions of a STAMP packet', () => {
  it('are laid out octet for octet as RFC 8972 sections 4 and 4.5 draw them', () => {
    expect(hexFrom(question(), stampPacketSize, 40)).toBe(
      [
        '8005000c',
        '0000004d',
        '00000000',
        '00000000',
        '80fc0014',
        '01020304',
        '000003e8',
        '000003de',
        '00000007',
        '00000003',
      ].join(''),
    );
  });

  it('read back as they were written', () => {
    expect(read(question())).toMatchObject({
      direct: { senderSent: 77, reflectorReceived: 0, reflectorSent: 0 },
      arrivals,
    });
  });

  it('come back with what the reflector counted, recognised', () => {
    const answer = answerTo(question(), extendedPacketSize);
    expect(answer.getUint8(stampPacketSize)).toBe(0);
    expect(read(answer)).toMatchObject({
      direct: { senderSent: 77, reflectorReceived: 900, reflectorSent: 55 },
      arrivals: { ...arrivals, received: 900 },
    });
  });

  it('of others come back as they came, called unrecognised, and those after them are read', () => {
    const view = room();
    view.setUint32(stampPacketSize, 0x80_c8_00_04);
    view.setUint32(stampPacketSize + 4, 0xdead_beef);
    const own = question();
    for (let at = 0; at < 40; at++) view.setUint8(stampPacketSize + 8 + at, own.getUint8(stampPacketSize + at));
    const answer = answerTo(view, extendedPacketSize + 8);
    expect(hexFrom(answer, stampPacketSize, 8)).toBe('80c80004deadbeef');
    expect(read(answer, extendedPacketSize + 8).arrivals).toMatchObject({ received: 900 });
  });

  it('are called malformed where their length does not fit', () => {
    const view = question();
    view.setUint16(stampPacketSize + 2, 8);
    expect(answerTo(view, extendedPacketSize).getUint8(stampPacketSize)).toBe(0x40);
    view.setUint16(stampPacketSize + 2, 60_000);
    expect(answerTo(view, extendedPacketSize).getUint8(stampPacketSize)).toBe(0x40);
  });

  it('tell of a lost link in a packet of its own, whose answer says that it was understood', () => {
    const view = room();
    writeLostLink(view, 0, { writerAddress: 0x0a00_0001, readerAddress: 0x0a00_0002 });
    expect(hexFrom(view, stampPacketSize, 12)).toBe('80fd00080a0000010a000002');
    const told = read(view, lostLinkPacketSize);
    expect([told.lostLink, told.arrivals]).toEqual([{ writerAddress: 0x0a00_0001, readerAddress: 0x0a00_0002 }, null]);
    expect(read(question()).lostLink).toBeNull();
    expect(hexFrom(answerTo(view, lostLinkPacketSize), stampPacketSize, 12)).toBe('00fd00080a0000010a000002');
  });

  it('say nothing where nothing is counted', () => {
    const view = room();
    writeSenderExtensions(view, 0, 0, noArrivals());
    expect(read(view).arrivals).toBeNull();
  });

  it('are read and answered within their bounds, whatever the octets', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: maxStampPacketSize, maxLength: maxStampPacketSize }),
        fc.integer({ min: stampPacketSize, max: maxStampPacketSize }),
        (octets, length) => {
          const view = new DataView(octets.buffer);
          expect(() => read(view, length)).not.toThrow();
          const answer = answerTo(view, length);
          for (let at = length; at < maxStampPacketSize; at++) expect(answer.getUint8(at)).toBe(0);
        },
      ),
      { seed: 8972, numRuns: 2_000 },
    );
  });
});

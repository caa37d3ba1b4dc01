import { describe, expect, it } from 'vitest';
import {
  emptyReflectorPacket,
  emptySenderPacket,
  readNtpTime,
  readReflectorPacket,
  readSenderPacket,
  maxStampPacketSize,
  stampPacketSize,
  stampReflectorPacket,
  stampSenderPacket,
  writeNtpTime,
  writeReflectorPacket,
  writeSenderPacket,
} from './stamp.ts';

const packet = (): DataView => new DataView(new ArrayBuffer(stampPacketSize));
const hex = (view: DataView): string => Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('hex');
/** 2026-11-21 00:00:00.5 UTC. */
const moment = Date.UTC(2026, 10, 21) + 500;

const probe = (): DataView => {
  const view = packet();
  writeSenderPacket(view, 0, { sequence: 0x01020304, sessionId: 0xabcd });
  stampSenderPacket(view, 0, moment);
  return view;
};

const answer = (): DataView => {
  const view = packet();
  writeReflectorPacket(view, 0, {
    sequence: 7,
    receivedMs: moment + 10.25,
    ttl: 255,
    probe: probe(),
    probeAt: 0,
  });
  stampReflectorPacket(view, 0, moment + 11);
  return view;
};

describe('STAMP on the wire', () => {
  it('writes a sender packet octet for octet as RFC 8762 section 4.2.1 draws it', () => {
    const seconds = (Date.UTC(2026, 10, 21) / 1000 + 2_208_988_800).toString(16);
    expect(hex(probe())).toBe(`01020304${seconds}800000001601abcd${'00'.repeat(28)}`);
  });

  it('writes a reflector packet octet for octet as RFC 8762 section 4.3.1 draws it', () => {
    const seconds = (Date.UTC(2026, 10, 21) / 1000 + 2_208_988_800).toString(16);
    const fraction = (ms: number): string => Math.round((ms / 1000) * 2 ** 32).toString(16);
    expect(hex(answer())).toBe(
      [
        `00000007${seconds}${fraction(511)}1601abcd`,
        `${seconds}${fraction(510.25)}`,
        `01020304${seconds}800000001601`,
        '0000ff000000',
      ].join(''),
    );
  });

  it('reads back what was written', () => {
    const sender = emptySenderPacket();
    expect(readSenderPacket(probe(), 0, stampPacketSize, sender)).toBeNull();
    expect(sender).toEqual({ sequence: 0x01020304, sessionId: 0xabcd, sentMs: moment, sentFraction: 0x80000000 });
    const reflected = emptyReflectorPacket();
    expect(readReflectorPacket(answer(), 0, stampPacketSize, reflected)).toBeNull();
    expect(reflected).toMatchObject({ sequence: 7, sessionId: 0xabcd, senderSequence: 0x01020304, senderTtl: 255 });
    expect(reflected.receivedMs).toBeCloseTo(moment + 10.25, 3);
    expect(reflected.reflectedMs).toBeCloseTo(moment + 11, 3);
  });

  it('keeps a timestamp to a microsecond, and over the end of the NTP era in 2036', () => {
    const view = packet();
    for (const ms of [
      moment + 0.123,
      moment + 499.9999999,
      Date.UTC(2036, 1, 7, 6, 28, 15) + 999.75,
      Date.UTC(2050, 0, 1),
    ]) {
      writeNtpTime(view, 4, ms);
      expect(Math.abs(readNtpTime(view, 4) - ms)).toBeLessThan(0.001);
    }
  });
});

describe('STAMP against hostile input', () => {
  it('refuses packets that are too short or too long', () => {
    for (const length of [0, 1, 43, maxStampPacketSize + 1]) {
      expect(readSenderPacket(packet(), 0, length, emptySenderPacket())).toBe('length');
      expect(readReflectorPacket(packet(), 0, length, emptyReflectorPacket())).toBe('length');
    }
  });

  it('refuses a zero error multiplier, which RFC 4656 calls corrupt', () => {
    const view = answer();
    view.setUint16(12, 0x1600);
    expect(readReflectorPacket(view, 0, stampPacketSize, emptyReflectorPacket())).toBe('error_estimate');
    expect(readSenderPacket(packet(), 0, stampPacketSize, emptySenderPacket())).toBe('error_estimate');
  });

  it('refuses an answer whose times are in a format it does not speak', () => {
    const view = answer();
    view.setUint16(12, 0x5601);
    expect(readReflectorPacket(view, 0, stampPacketSize, emptyReflectorPacket())).toBe('timestamp_format');
  });

  it('leaves the target untouched when it refuses', () => {
    const target = emptyReflectorPacket();
    readReflectorPacket(packet(), 0, stampPacketSize, target);
    expect(target).toEqual(emptyReflectorPacket());
  });
});

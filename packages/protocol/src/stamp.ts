/**
 * STAMP, the Simple Two-way Active Measurement Protocol: the 44-octet unauthenticated packets of RFC 8762 with the session
 * identifier of RFC 8972. Readers and writers work in place on a caller's buffer, so that thousands of packets a second
 * make no garbage. Times are unix ms with fractions; on the wire they are 64-bit NTP timestamps (RFC 5905, section 6).
 */

/** UDP port of a session reflector (RFC 8762, section 4.1). */
export const stampPort = 862;

/** Octets of either packet (RFC 8762, sections 4.2.1 and 4.3.1). */
export const stampPacketSize = 44;

/** The longest STAMP packet that is read at all: room for TLVs of others (RFC 8972, section 4), which are passed over. */
export const maxStampPacketSize = 120;

/** What a session sender sends. */
export interface SenderPacket {
  sequence: number;
  /** STAMP session identifier (RFC 8972, section 3); 0 for none. */
  sessionId: number;
  sentMs: number;
  /** The timestamp's 32-bit fraction as it is on the wire; unguessable enough to tell a reply from a forgery. */
  sentFraction: number;
}

/** What a stateful session reflector answers. */
export interface ReflectorPacket {
  /** Packets that the reflector has answered in this session before this one. */
  sequence: number;
  sessionId: number;
  /** T3: when the reflector sent the answer, by its clock. */
  reflectedMs: number;
  /** T2: when the reflector received the probe, by its clock. */
  receivedMs: number;
  senderSequence: number;
  /** T1 as the sender wrote it. */
  senderMs: number;
  senderFraction: number;
  /** TTL with which the probe arrived at the reflector. */
  senderTtl: number;
}

/** Why a packet is none of ours. */
export type StampFault = 'length' | 'error_estimate' | 'timestamp_format';

/**
 * Our error estimate (RFC 4656, section 4.1.2): S = 0, the clock is not vouched for as synchronised to UTC; Z = 0, NTP
 * timestamps; error = multiplier 1 × 2^-32 s × 2^scale 22 ≈ 1 ms.
 */
const errorEstimate = 0x1601;
const timestampIsPtp = 0x4000;
const multiplierMask = 0xff;

/** Seconds from 1900, the NTP epoch, to 1970. */
const ntpToUnixSeconds = 2_208_988_800;
/** Seconds below this belong to NTP era 1, which starts in 2036 (RFC 4330, section 3). */
const eraPivotSeconds = 0x8000_0000;

/** Writes unix ms as an NTP timestamp at an offset. */
export function writeNtpTime(view: DataView, at: number, unixMs: number): void {
  let seconds = Math.floor(unixMs / 1000);
  let fraction = Math.round(((unixMs - seconds * 1000) / 1000) * 2 ** 32);
  if (fraction === 2 ** 32) {
    seconds++;
    fraction = 0;
  }
  view.setUint32(at, (seconds + ntpToUnixSeconds) % 2 ** 32);
  view.setUint32(at + 4, fraction);
}

/** The unix ms of an NTP timestamp, taken as a time between 1968 and 2104. */
export function readNtpTime(view: DataView, at: number): number {
  const seconds = view.getUint32(at);
  const era = seconds < eraPivotSeconds ? 2 ** 32 : 0;
  return (seconds + era - ntpToUnixSeconds) * 1000 + (view.getUint32(at + 4) / 2 ** 32) * 1000;
}

/**
 * Writes a sender packet; {@link stampSenderPacket} can renew its timestamp as it leaves.
 *
 * ```
 *  0 sequence (4) | 4 timestamp (8) | 12 error estimate (2) | 14 session id (2) | 16 must be zero (28)
 * ```
 */
export function writeSenderPacket(view: DataView, at: number, packet: { sequence: number; sessionId: number }): void {
  view.setUint32(at, packet.sequence);
  view.setUint32(at + 4, 0);
  view.setUint32(at + 8, 0);
  view.setUint16(at + 12, errorEstimate);
  view.setUint16(at + 14, packet.sessionId);
  for (let offset = 16; offset < stampPacketSize; offset += 4) view.setUint32(at + offset, 0);
}

/** Sets the timestamp of a sender packet and returns its fraction as it is on the wire. */
export function stampSenderPacket(view: DataView, at: number, sentMs: number): number {
  writeNtpTime(view, at + 4, sentMs);
  return view.getUint32(at + 8);
}

/** Reads a sender packet, which TLVs may follow, into `into`, or says why it is none. */
export function readSenderPacket(view: DataView, at: number, length: number, into: SenderPacket): StampFault | null {
  if (length < stampPacketSize || length > maxStampPacketSize) return 'length';
  if ((view.getUint16(at + 12) & multiplierMask) === 0) return 'error_estimate';
  into.sequence = view.getUint32(at);
  into.sessionId = view.getUint16(at + 14);
  into.sentMs = readNtpTime(view, at + 4);
  into.sentFraction = view.getUint32(at + 8);
  return null;
}

/**
 * Writes the answer to a sender packet, which lies at `probeAt` of `probe`; {@link stampReflectorPacket} sets its own
 * timestamp as it leaves.
 *
 * ```
 *  0 sequence (4) | 4 timestamp (8) | 12 error estimate (2) | 14 session id (2) | 16 receive timestamp (8)
 * 24 sender sequence (4) | 28 sender timestamp (8) | 36 sender error estimate (2) | 38 zero (2) | 40 sender TTL | 41 zero (3)
 * ```
 */
export function writeReflectorPacket(
  view: DataView,
  at: number,
  answer: { sequence: number; receivedMs: number; ttl: number; probe: DataView; probeAt: number },
): void {
  const { probe, probeAt } = answer;
  view.setUint32(at, answer.sequence);
  view.setUint32(at + 4, 0);
  view.setUint32(at + 8, 0);
  view.setUint16(at + 12, errorEstimate);
  view.setUint16(at + 14, probe.getUint16(probeAt + 14));
  writeNtpTime(view, at + 16, answer.receivedMs);
  view.setUint32(at + 24, probe.getUint32(probeAt));
  view.setUint32(at + 28, probe.getUint32(probeAt + 4));
  view.setUint32(at + 32, probe.getUint32(probeAt + 8));
  view.setUint16(at + 36, probe.getUint16(probeAt + 12));
  view.setUint16(at + 38, 0);
  view.setUint32(at + 40, 0);
  view.setUint8(at + 40, answer.ttl);
}

/** Sets the timestamp of a reflector packet. */
export const stampReflectorPacket = (view: DataView, at: number, sentMs: number): void =>
  writeNtpTime(view, at + 4, sentMs);

/** Reads a reflector packet, which TLVs may follow, into `into`, or says why it is none. */
export function readReflectorPacket(
  view: DataView,
  at: number,
  length: number,
  into: ReflectorPacket,
): StampFault | null {
  if (length < stampPacketSize || length > maxStampPacketSize) return 'length';
  const estimate = view.getUint16(at + 12);
  if ((estimate & multiplierMask) === 0) return 'error_estimate';
  if ((estimate & timestampIsPtp) !== 0) return 'timestamp_format';
  into.sequence = view.getUint32(at);
  into.sessionId = view.getUint16(at + 14);
  into.reflectedMs = readNtpTime(view, at + 4);
  into.receivedMs = readNtpTime(view, at + 16);
  into.senderSequence = view.getUint32(at + 24);
  into.senderMs = readNtpTime(view, at + 28);
  into.senderFraction = view.getUint32(at + 32);
  into.senderTtl = view.getUint8(at + 40);
  return null;
}

/** Packets to read into. */
export const emptySenderPacket = (): SenderPacket => ({ sequence: 0, sessionId: 0, sentMs: 0, sentFraction: 0 });
export const emptyReflectorPacket = (): ReflectorPacket => ({
  sequence: 0,
  sessionId: 0,
  reflectedMs: 0,
  receivedMs: 0,
  senderSequence: 0,
  senderMs: 0,
  senderFraction: 0,
  senderTtl: 0,
});

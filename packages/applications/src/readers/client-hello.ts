import { hostName, latin1 } from './text.ts';

/** What the beginning of a flow says of the server's name. */
export type NameFinding =
  | { readonly kind: 'name'; readonly name: string }
  /** More octets are needed. */
  | { readonly kind: 'incomplete' }
  /** It is TLS, and names no server. */
  | { readonly kind: 'nameless' }
  /** It is something else. */
  | { readonly kind: 'other' };

export const incomplete: NameFinding = { kind: 'incomplete' };
export const nameless: NameFinding = { kind: 'nameless' };
export const other: NameFinding = { kind: 'other' };

const handshakeRecord = 22;
const clientHello = 1;
const serverNameExtension = 0;
const hostNameType = 0;
/** Longest record (RFC 8446, section 5.1). */
const maxRecord = 16_384;
/** Longest greeting that is read; with post-quantum key shares they have about 2,000 octets. */
export const maxHello = 16_384;

/**
 * The server's name in the octets that a TCP client sent first (RFC 6066, section 3), whole or in part: a greeting in several
 * records is put together (RFC 8446, section 5.1). With an encrypted greeting (ECH) it is the name that stands outside.
 */
export function readTlsClientHello(bytes: Uint8Array, from: number, to: number): NameFinding {
  if (to > bytes.length || from >= to) return incomplete;
  if (bytes[from] !== handshakeRecord) return other;
  if (to - from < 5) return bytes[from + 1] === 3 || to - from === 1 ? incomplete : other;
  const first = recordLength(bytes, from);
  if (first === null) return other;
  // Most greetings are in one record, which can be read where it lies.
  if (to - from <= 5 + first) return readClientHello(bytes, from + 5, to);
  const whole = readClientHello(bytes, from + 5, from + 5 + first);
  if (whole.kind !== 'incomplete') return whole;
  const handshake = joinRecords(bytes, from, to);
  return handshake === null ? other : readClientHello(handshake, 0, handshake.length);
}

/** The length of the record that begins there; null where none does. */
function recordLength(bytes: Uint8Array, at: number): number | null {
  const length = bytes[at + 3]! * 256 + bytes[at + 4]!;
  const isHandshake = bytes[at] === handshakeRecord && bytes[at + 1] === 3;
  return isHandshake && length > 0 && length <= maxRecord ? length : null;
}

/** What handshake records hold, one after the other; null where something else comes between. */
function joinRecords(bytes: Uint8Array, from: number, to: number): Uint8Array | null {
  const joined = new Uint8Array(Math.min(to - from, maxHello));
  let [at, length] = [from, 0];
  while (at + 5 <= to && length < joined.length) {
    const size = recordLength(bytes, at);
    if (size === null) return null;
    const part = bytes.subarray(at + 5, Math.min(at + 5 + size, to));
    const fits = part.subarray(0, joined.length - length);
    joined.set(fits, length);
    length += fits.length;
    at += 5 + size;
  }
  return joined.subarray(0, length);
}

/** The server's name in a ClientHello message as it stands in handshake records or in QUIC's CRYPTO frames, cut or whole. */
export function readClientHello(bytes: Uint8Array, from: number, available: number): NameFinding {
  if (available - from < 4) return available > from && bytes[from] !== clientHello ? other : incomplete;
  if (bytes[from] !== clientHello) return other;
  const length = bytes[from + 1]! * 65_536 + bytes[from + 2]! * 256 + bytes[from + 3]!;
  if (length < 38 || length > maxHello) return other;
  const end = from + 4 + length;
  const limit = Math.min(end, available);
  const isWhole = end <= available;
  // Where a list runs beyond what is there: malformed in a whole greeting, to be continued in a cut one.
  const short = isWhole ? other : incomplete;
  let at = from + 4 + 34;
  if (at + 1 > limit) return short;
  at += 1 + bytes[at]!;
  if (at + 2 > limit) return short;
  at += 2 + bytes[at]! * 256 + bytes[at + 1]!;
  if (at + 1 > limit) return short;
  at += 1 + bytes[at]!;
  if (at === end) return nameless;
  if (at + 2 > limit) return short;
  return readExtensions(bytes, at + 2, { limit, short, end: at + 2 + bytes[at]! * 256 + bytes[at + 1]! });
}

function readExtensions(
  bytes: Uint8Array,
  start: number,
  { limit, short, end }: { limit: number; short: NameFinding; end: number },
): NameFinding {
  let at = start;
  while (at < end) {
    if (at + 4 > limit) return short;
    const type = bytes[at]! * 256 + bytes[at + 1]!;
    const length = bytes[at + 2]! * 256 + bytes[at + 3]!;
    at += 4;
    if (type === serverNameExtension) return at + length > limit ? short : readServerName(bytes, at, at + length);
    at += length;
  }
  return nameless;
}

/** `ServerNameList` of RFC 6066, section 3: the first entry that is a host name. */
function readServerName(bytes: Uint8Array, from: number, to: number): NameFinding {
  let at = from + 2;
  while (at + 3 <= to) {
    const length = bytes[at + 1]! * 256 + bytes[at + 2]!;
    if (at + 3 + length > to) return other;
    if (bytes[at] === hostNameType) {
      const name = length > 255 ? null : hostName(latin1(bytes, at + 3, at + 3 + length));
      return name === null ? nameless : { kind: 'name', name };
    }
    at += 3 + length;
  }
  return nameless;
}

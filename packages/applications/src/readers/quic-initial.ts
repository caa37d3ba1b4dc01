import { createCipheriv, createDecipheriv, hash } from 'node:crypto';

/** Where a version of QUIC differs in what protects its first packets (RFC 9001, section 5.2; RFC 9369, section 3). */
interface QuicVersion {
  readonly salt: Buffer;
  /** Bits 4 and 5 of the first octet of an Initial packet. */
  readonly initialType: number;
  readonly label: string;
}

const versions: ReadonlyMap<number, QuicVersion> = new Map([
  [1, { salt: Buffer.from('38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'hex'), initialType: 0, label: 'quic ' }],
  [
    0x6b33_43cf,
    { salt: Buffer.from('0dede3def700a6db819381be6e269dcbf9bd2ed9', 'hex'), initialType: 1, label: 'quicv2 ' },
  ],
]);

const maxConnectionId = 20;
const tagSize = 16;
const sampleSize = 16;

/** The keys of the packets that a client sends first; they follow from the connection id that it chose for the server. */
export interface InitialKeys {
  readonly version: number;
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly headerKey: Buffer;
}

/** One Initial packet within a datagram, still protected. */
export interface InitialPacket {
  readonly version: number;
  readonly connectionId: Uint8Array;
  /** Where it begins, where its packet number does, and where it ends, in the octets that it was read from. */
  readonly from: number;
  readonly numberAt: number;
  readonly to: number;
}

/** Whether a datagram begins as a QUIC packet with a long header of a version that is known here. */
export const isQuicInitial = (bytes: Uint8Array, from: number, to: number): boolean =>
  readInitialPackets(bytes, from, to).length > 0;

/** Packets of a datagram; a client puts up to two together when it starts. */
const maxPackets = 4;

/** The Initial packets of a client's datagram (RFC 9000, sections 12.2 and 17.2.2), in their order; none where there is none. */
export function readInitialPackets(bytes: Uint8Array, from: number, to: number): InitialPacket[] {
  const packets: InitialPacket[] = [];
  let at = from;
  while (at + 7 <= to && to <= bytes.length && packets.length < maxPackets) {
    const first = bytes[at]!;
    if ((first & 0xc0) !== 0xc0) break;
    const number = fourOctets(bytes, at + 1);
    const version = versions.get(number);
    if (version === undefined) break;
    const header = readLongHeader(bytes, at, to, ((first >> 4) & 3) === version.initialType);
    if (header === null) break;
    const { connectionId, numberAt, end, isInitial } = header;
    if (isInitial) packets.push({ version: number, connectionId, from: at, numberAt, to: end });
    at = end;
  }
  return packets;
}

function readLongHeader(bytes: Uint8Array, start: number, to: number, isInitial: boolean) {
  let at = start + 5;
  const destinationLength = bytes[at]!;
  if (destinationLength > maxConnectionId || at + 1 + destinationLength + 1 > to) return null;
  const connectionId = bytes.subarray(at + 1, at + 1 + destinationLength);
  at += 1 + destinationLength;
  const sourceLength = bytes[at]!;
  if (sourceLength > maxConnectionId || at + 1 + sourceLength > to) return null;
  at += 1 + sourceLength;
  if (isInitial) {
    const token = readVariable(bytes, at, to);
    if (token === null || token.next + token.value > to) return null;
    at = token.next + token.value;
  }
  const length = readVariable(bytes, at, to);
  if (length === null || length.value < 4 || length.next + length.value > to) return null;
  return { connectionId, numberAt: length.next, end: length.next + length.value, isInitial };
}

/** A variable-length integer (RFC 9000, section 16). */
export function readVariable(bytes: Uint8Array, at: number, to: number): { value: number; next: number } | null {
  if (at >= to) return null;
  const size = 1 << (bytes[at]! >> 6);
  if (at + size > to) return null;
  let value = bytes[at]! & 0x3f;
  for (let index = 1; index < size; index++) value = value * 256 + bytes[at + index]!;
  return { value, next: at + size };
}

/** The keys that a client's connection id leads to (RFC 9001, section 5.2; RFC 9369, section 3.3.2). */
export function initialKeys(version: number, connectionId: Uint8Array): InitialKeys {
  const { salt, label } = versions.get(version)!;
  const initialSecret = hmac(salt, connectionId);
  const secret = expandLabel(initialSecret, 'client in', 32);
  return {
    version,
    key: expandLabel(secret, `${label}key`, 16),
    iv: expandLabel(secret, `${label}iv`, 12),
    headerKey: expandLabel(secret, `${label}hp`, 16),
  };
}

/** What an Initial packet carries, or null where these keys do not open it (RFC 9001, sections 5.3 and 5.4). */
export function openInitialPacket(bytes: Uint8Array, packet: InitialPacket, keys: InitialKeys): Uint8Array | null {
  const { from, numberAt, to } = packet;
  const sampleAt = numberAt + 4;
  if (sampleAt + sampleSize > to) return null;
  const cipher = createCipheriv('aes-128-ecb', keys.headerKey, null);
  const mask = cipher.update(bytes.subarray(sampleAt, sampleAt + sampleSize));
  const first = bytes[from]! ^ (mask[0]! & 0x0f);
  const numberLength = (first & 3) + 1;
  const header = bytes.slice(from, numberAt + numberLength);
  header[0] = first;
  const nonce = Buffer.from(keys.iv);
  for (let index = 0; index < numberLength; index++) {
    const octet = bytes[numberAt + index]! ^ mask[1 + index]!;
    header[numberAt - from + index] = octet;
    const at = nonce.length - numberLength + index;
    nonce[at] = nonce[at]! ^ octet;
  }
  const body = numberAt + numberLength;
  if (body + tagSize > to) return null;
  const decipher = createDecipheriv('aes-128-gcm', keys.key, nonce);
  decipher.setAAD(header);
  decipher.setAuthTag(bytes.subarray(to - tagSize, to));
  const plain = decipher.update(bytes.subarray(body, to - tagSize));
  try {
    decipher.final();
  } catch {
    return null;
  }
  return plain;
}

/** HKDF-Expand-Label of TLS 1.3 with an empty context (RFC 8446, section 7.1), for up to 32 octets: one round of HMAC. */
function expandLabel(secret: Buffer, label: string, length: number): Buffer {
  const full = `tls13 ${label}`;
  const info = Buffer.alloc(2 + 1 + full.length + 1 + 1);
  info.writeUInt16BE(length, 0);
  info[2] = full.length;
  info.write(full, 3, 'latin1');
  info[info.length - 1] = 1;
  return hmac(secret, info).subarray(0, length);
}

/** Octets of a block of SHA-256. */
const blockSize = 64;

/** HMAC with SHA-256 (RFC 2104), of short keys and texts: by hashing in one call it takes a third of the time of `createHmac`. */
function hmac(key: Uint8Array, data: Uint8Array): Buffer {
  const inner = Buffer.alloc(blockSize + data.length, 0x36);
  const outer = Buffer.alloc(blockSize + 32, 0x5c);
  for (let index = 0; index < key.length; index++) {
    inner[index] = 0x36 ^ key[index]!;
    outer[index] = 0x5c ^ key[index]!;
  }
  inner.set(data, blockSize);
  outer.set(hash('sha256', inner, 'buffer'), blockSize);
  return hash('sha256', outer, 'buffer');
}

const fourOctets = (bytes: Uint8Array, at: number): number =>
  bytes[at]! * 2 ** 24 + bytes[at + 1]! * 65_536 + bytes[at + 2]! * 256 + bytes[at + 3]!;

import { incomplete, maxHello, other, readClientHello, type NameFinding } from './client-hello.ts';
import { readVariable } from './quic-initial.ts';

const padding = 0x00;
const ping = 0x01;
const ack = 0x02;
const ackWithEcn = 0x03;
const crypto = 0x06;
const connectionClose = 0x1c;

/** Ranges of an acknowledgement, and pieces of a greeting: more is an attempt to make work. */
const maxRanges = 256;
const maxPieces = 256;

/**
 * The greeting of a QUIC client, put together from the CRYPTO frames of its first packets: they come in any order, overlap, and
 * browsers cut them up on purpose. It holds up to 16 KiB.
 */
export class CryptoFrames {
  readonly #pieces: { readonly offset: number; readonly data: Uint8Array }[] = [];
  #octets = 0;

  /** Takes the frames of an opened Initial packet (RFC 9000, section 12.4); false where they are not what a client sends. */
  take(frames: Uint8Array): boolean {
    let at = 0;
    while (at < frames.length) {
      const type = frames[at++]!;
      if (type === padding || type === ping) continue;
      if (type === connectionClose) return true;
      const next = type === crypto ? this.#takeCrypto(frames, at) : skipAck(frames, at, type);
      if (next === null) return false;
      at = next;
    }
    return true;
  }

  #takeCrypto(frames: Uint8Array, at: number): number | null {
    const offset = readVariable(frames, at, frames.length);
    const length = offset === null ? null : readVariable(frames, offset.next, frames.length);
    if (offset === null || length === null) return null;
    const end = length.next + length.value;
    if (end > frames.length || offset.value + length.value > maxHello) return null;
    if (this.#pieces.length >= maxPieces || this.#octets + length.value > 2 * maxHello) return null;
    this.#pieces.push({ offset: offset.value, data: frames.slice(length.next, end) });
    this.#octets += length.value;
    return end;
  }

  /** The server's name, as far as what came without a gap tells it. */
  read(): NameFinding {
    const joined = new Uint8Array(Math.min(maxHello, this.#octets));
    let length = 0;
    for (const { offset, data } of this.#pieces.toSorted((a, b) => a.offset - b.offset)) {
      if (offset > length) break;
      const end = offset + data.length;
      if (end <= length) continue;
      if (end > joined.length) return other;
      joined.set(data, offset);
      length = end;
    }
    return length === 0 ? incomplete : readClientHello(joined, 0, length);
  }
}

/** Where an acknowledgement ends (RFC 9000, section 19.3); null where it is none. */
function skipAck(frames: Uint8Array, start: number, type: number): number | null {
  if (type !== ack && type !== ackWithEcn) return null;
  const fields = { at: start };
  const next = (): number | null => {
    const field = readVariable(frames, fields.at, frames.length);
    if (field !== null) fields.at = field.next;
    return field?.value ?? null;
  };
  next();
  next();
  const ranges = next();
  if (ranges === null || ranges > maxRanges) return null;
  const left = 1 + 2 * ranges + (type === ackWithEcn ? 3 : 0);
  for (let index = 0; index < left; index++) if (next() === null) return null;
  return fields.at;
}

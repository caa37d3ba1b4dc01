import type { Clock } from '@patronus/core';
import { readDnsAnswer, type DnsAnswer } from './dns-answer.ts';
import { directionKey, type PacketView } from './packet.ts';
import { StreamStart } from './stream-start.ts';

/** DNS over TCP is rare: truncated answers, and transfers, of which the first octets suffice. */
const maxStreams = 64;
const maxOctets = 65_537;
const patienceMs = 10_000;
/** Answers in one stream that are read; clients seldom ask for more than a few (RFC 7766). */
const maxAnswers = 32;

interface Stream {
  readonly since: number;
  readonly start: StreamStart;
  /** Octets of answers that were read. */
  read: number;
  answers: number;
}

/** Reads answers out of DNS over TCP (RFC 1035, section 4.2.2), whose messages may come in pieces. */
export class DnsStreams {
  readonly #clock: Clock;
  readonly #streams = new Map<string, Stream>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a server's packet; the answers that are whole with it. */
  take(bytes: Uint8Array, packet: PacketView): DnsAnswer[] {
    const now = this.#clock.now();
    const key = directionKey(bytes, packet);
    let stream = this.#streams.get(key);
    if (stream !== undefined && now - stream.since > patienceMs) stream = undefined;
    if (stream === undefined) {
      this.#streams.delete(key);
      if (this.#streams.size >= maxStreams) this.#streams.delete(this.#streams.keys().next().value!);
      stream = { since: now, start: new StreamStart(packet.sequence, maxOctets), read: 0, answers: 0 };
      this.#streams.set(key, stream);
    }
    const isTaken = stream.start.take(packet.sequence, bytes.subarray(packet.from, packet.to));
    return isTaken ? readAnswers(stream) : [];
  }
}

function readAnswers(stream: Stream): DnsAnswer[] {
  const found: DnsAnswer[] = [];
  const { contiguous } = stream.start;
  while (stream.read + 2 <= contiguous.length && stream.answers < maxAnswers) {
    const from = stream.read + 2;
    const to = from + contiguous[stream.read]! * 256 + contiguous[stream.read + 1]!;
    if (to > contiguous.length) break;
    const answer = readDnsAnswer(contiguous, from, to);
    if (answer !== null) found.push(answer);
    stream.read = to;
    stream.answers++;
  }
  return found;
}

import type { Clock } from '@patronus/core';
import { incomplete, maxHello, nameless, other, readTlsClientHello, type NameFinding } from './client-hello.ts';
import { CryptoFrames } from './crypto-frames.ts';
import { directionKey, type PacketView } from './packet.ts';
import { initialKeys, openInitialPacket, readInitialPackets, type InitialKeys } from './quic-initial.ts';
import { StreamStart } from './stream-start.ts';

/** Flows that are looked at at once; the oldest gives way. Each may hold 16 KiB, most hold nothing. */
const maxFlows = 2_048;
/** A client that has not said more by then will not. */
const patienceMs = 10_000;
/** Packets of one flow, those without payload among them. */
const maxPackets = 24;

interface Start {
  readonly since: number;
  packets: number;
  stream: StreamStart | null;
  quic: QuicStart | null;
}

interface QuicStart {
  keys: InitialKeys;
  readonly frames: CryptoFrames;
}

/** Reads the names of servers out of the first packets of flows, which clients send. Bounded in memory and time. */
export class FlowStarts {
  readonly #clock: Clock;
  readonly #starts = new Map<string, Start>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many flows it waits for. */
  get waiting(): number {
    return this.#starts.size;
  }

  /**
   * Takes a client's packet; `incomplete` asks for the next one of the flow, every other answer ends the flow's turn.
   */
  take(bytes: Uint8Array, packet: PacketView): NameFinding {
    const key = directionKey(bytes, packet);
    const start = this.#startOf(key);
    const payload = bytes.subarray(packet.from, packet.to);
    const finding =
      ++start.packets > maxPackets
        ? other
        : packet.protocol === 'tcp'
          ? takeTls(start, packet.sequence, payload)
          : takeQuic(start, payload);
    if (finding.kind !== 'incomplete') this.#starts.delete(key);
    return finding;
  }

  #startOf(key: string): Start {
    const now = this.#clock.now();
    const known = this.#starts.get(key);
    if (known !== undefined && now - known.since < patienceMs) return known;
    this.#starts.delete(key);
    this.#dropOld(now);
    const start: Start = { since: now, packets: 0, stream: null, quic: null };
    this.#starts.set(key, start);
    return start;
  }

  #dropOld(now: number): void {
    for (const [key, { since }] of this.#starts) {
      if (this.#starts.size < maxFlows && now - since < patienceMs) return;
      this.#starts.delete(key);
    }
  }
}

function takeTls(start: Start, sequence: number, payload: Uint8Array): NameFinding {
  if (payload.length === 0) {
    start.stream ??= new StreamStart(sequence, maxHello);
    return incomplete;
  }
  // Most greetings come in one piece, which needs no copy.
  if (start.stream === null) {
    const finding = readTlsClientHello(payload, 0, payload.length);
    if (finding.kind !== 'incomplete') return finding;
  }
  start.stream ??= new StreamStart(sequence, maxHello);
  if (!start.stream.take(sequence, payload)) return other;
  const { contiguous } = start.stream;
  return readTlsClientHello(contiguous, 0, contiguous.length);
}

function takeQuic(start: Start, payload: Uint8Array): NameFinding {
  const packets = readInitialPackets(payload, 0, payload.length);
  if (packets.length === 0) return start.quic === null ? other : nameless;
  for (const packet of packets) {
    start.quic ??= { keys: initialKeys(packet.version, packet.connectionId), frames: new CryptoFrames() };
    const { quic } = start;
    let opened = openInitialPacket(payload, packet, quic.keys);
    if (opened === null) {
      // After a Retry the client begins anew with another connection id (RFC 9001, section 5.2).
      const keys = initialKeys(packet.version, packet.connectionId);
      opened = openInitialPacket(payload, packet, keys);
      if (opened === null) return other;
      quic.keys = keys;
    }
    if (!quic.frames.take(opened)) return other;
  }
  return start.quic!.frames.read();
}

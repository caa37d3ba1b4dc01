import type { Clock } from '@patronus/core';
import { socketBatch, type EventSignal, type FlushObserver, type ProbeSocket, type Waiter } from '@patronus/linux';
import { emptyReflectorPacket, readReflectorPacket, stampReflectorPacket } from '@patronus/protocol/stamp';
import { readExtensions, StampExtensionBuffer } from '@patronus/protocol/stamp-extensions';
import type { PathEngine } from './path-engine.ts';
import type { Reflector } from './reflector.ts';

/** The loop looks after messages from the main thread, and lets the thread be ended, at least this often. */
const longestWaitMs = 100;
/**
 * At many packets a second the loop gathers them for this long instead of waking for each; the kernel's timestamps keep
 * the figures exact. Longer saves processor time but delays verdicts, and the answers that others wait for.
 */
const gatherMs = 2;
/** The packet rate from which gathering pays. */
const busyPacketsPerSecond = 1_000;
const rateWindowMs = 200;
/** A flood at one socket must not keep the loop from its deadlines: at most this many packets of it in one round. */
const packetsPerRound = 2 * socketBatch;

export interface LoopParts {
  readonly clock: Clock;
  readonly engine: PathEngine;
  readonly reflector: Reflector;
  readonly senderSocket: ProbeSocket;
  readonly reflectorSocket: ProbeSocket;
  /** Waits for the signal first, then the two sockets. */
  readonly waiter: Waiter;
  readonly signal: EventSignal;
  /** Handles what the main thread has sent; false to end. */
  readonly control: () => boolean;
}

const signalBit = 1;

/** Runs until told to end: wait, read replies, answer probes of others, let the engine do what is due. */
export function runProbeLoop(parts: LoopParts): void {
  const { clock, engine, waiter, signal } = parts;
  const replies = new ReplyReader(parts);
  const answers = new Answerer(parts);
  const load = new LoadMeter();
  let roundMs = clock.now();
  for (;;) {
    let ready = 0;
    if (load.isBusy) ready |= waiter.wait(roundMs + gatherMs - clock.now(), 1);
    ready |= waiter.wait(Math.min(longestWaitMs, engine.wakeMs - clock.now()));
    roundMs = clock.now();
    if ((ready & signalBit) !== 0) {
      signal.clear();
      if (!parts.control()) return;
    }
    const packets = answers.round() + replies.round();
    engine.advance();
    load.count(packets, roundMs);
  }
}

/** Packets a second, over short windows. */
class LoadMeter {
  isBusy = false;
  #packets = 0;
  #sinceMs = 0;

  count(packets: number, nowMs: number): void {
    this.#packets += packets;
    const passedMs = nowMs - this.#sinceMs;
    if (passedMs < rateWindowMs) return;
    this.isBusy = (this.#packets / passedMs) * 1000 > busyPacketsPerSecond;
    this.#packets = 0;
    this.#sinceMs = nowMs;
  }
}

/** Gives the engine the replies that have arrived. */
class ReplyReader {
  readonly #socket: ProbeSocket;
  readonly #handle: Parameters<ProbeSocket['receive']>[0];

  constructor({ senderSocket, engine }: LoopParts) {
    const packet = emptyReflectorPacket();
    const extensions = new StampExtensionBuffer();
    this.#socket = senderSocket;
    this.#handle = ({ view, offset, length, remoteAddress, receivedMs }) => {
      if (readReflectorPacket(view, offset, length, packet) !== null) {
        engine.strays++;
        return;
      }
      readExtensions(view, offset, length, extensions);
      engine.receive(packet, remoteAddress, receivedMs, extensions.arrivals);
    };
  }

  round(): number {
    return readAll(this.#socket, this.#handle);
  }
}

/** Answers the probes that have arrived. */
class Answerer {
  readonly #socket: ProbeSocket;
  readonly #handle: Parameters<ProbeSocket['receive']>[0];
  readonly #observer: FlushObserver;

  constructor({ reflectorSocket: socket, reflector }: LoopParts) {
    this.#socket = socket;
    this.#handle = (datagram) => reflector.handle(datagram, socket);
    this.#observer = {
      beforeSend: (_slot, offset, wallMs) => stampReflectorPacket(socket.view, offset, wallMs),
      afterSend: () => {},
    };
  }

  round(): number {
    return readAll(this.#socket, this.#handle, () => this.#socket.flush(this.#observer));
  }
}

function readAll(socket: ProbeSocket, handle: Parameters<ProbeSocket['receive']>[0], afterBatch = () => {}): number {
  let total = 0;
  for (;;) {
    const count = socket.receive(handle);
    afterBatch();
    total += count;
    if (count < socketBatch || total >= packetsPerRound) return total;
  }
}

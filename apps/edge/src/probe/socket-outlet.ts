import { Errno, socketBatch, type FlushObserver, type ProbeSocket } from '@patronus/linux';
import { stampPacketSize, stampPort, stampSenderPacket, writeSenderPacket } from '@patronus/protocol/stamp';
import {
  extendedPacketSize,
  lostLinkPacketSize,
  writeLostLink,
  writeSenderExtensions,
} from '@patronus/protocol/stamp-extensions';
import type { MonitoredPath } from './monitored-path.ts';
import type { ProbeOutlet } from './path-engine.ts';
import { probeTiming } from './probe-timing.ts';
import { noCounts, uncounted, type TrafficCounter } from './traffic-counter.ts';

/** Sends probes through a socket, stamped as they leave. */
export class SocketOutlet implements ProbeOutlet {
  readonly #socket: ProbeSocket;
  readonly #paths: (MonitoredPath | undefined)[] = Array.from({ length: socketBatch });
  readonly #sequences = new Float64Array(socketBatch);
  readonly #fractions = new Uint32Array(socketBatch);
  readonly #target = { remoteAddress: 0, remotePort: stampPort, localAddress: 0, length: stampPacketSize };
  readonly #packet = { sequence: 0, sessionId: 0 };
  readonly #observer: FlushObserver;
  readonly #counter: TrafficCounter;
  readonly #counts = noCounts();

  constructor(socket: ProbeSocket, counter: TrafficCounter = uncounted) {
    this.#socket = socket;
    this.#counter = counter;
    this.#observer = {
      beforeSend: (slot, offset, wallMs) => {
        this.#fractions[slot] = stampSenderPacket(socket.view, offset, wallMs);
      },
      afterSend: (slot, sentMs, errno) => this.#sent(slot, sentMs, errno),
    };
  }

  queue(path: MonitoredPath, sequence: number, lost?: MonitoredPath): void {
    if (this.#socket.queued === socketBatch) this.flush();
    const slot = this.#socket.queued;
    this.#paths[slot] = path;
    this.#sequences[slot] = sequence;
    this.#target.remoteAddress = path.planned.remoteAddress;
    this.#target.localAddress = path.planned.localAddress;
    this.#packet.sequence = sequence;
    this.#packet.sessionId = path.sessionId;
    const isExtended = sequence % probeTiming[path.planned.profile].extendedEvery === 0;
    const ownSize = isExtended ? extendedPacketSize : stampPacketSize;
    this.#target.length = lost === undefined ? ownSize : lostLinkPacketSize;
    const at = this.#socket.queue(this.#target);
    writeSenderPacket(this.#socket.view, at, this.#packet);
    if (lost !== undefined) {
      const { localAddress: writerAddress, remoteAddress: readerAddress } = lost.planned;
      writeLostLink(this.#socket.view, at, { writerAddress, readerAddress });
    } else if (isExtended) this.#extend(path, at);
  }

  #extend(path: MonitoredPath, at: number): void {
    const counts = this.#counts;
    this.#counter.read(path.planned.localAddress, path.planned.remoteAddress, counts);
    writeSenderExtensions(this.#socket.view, at, counts.sent, counts);
    path.told(counts);
  }

  flush(): void {
    if (this.#socket.queued > 0) this.#socket.flush(this.#observer);
  }

  /** A packet that the kernel could not route is a lost probe; one for which our own buffer was full is none. */
  #sent(slot: number, sentMs: number, errno: number): void {
    const { prober } = this.#paths[slot]!;
    const sequence = this.#sequences[slot]!;
    prober.ring.sent(sequence, sentMs, this.#fractions[slot]!);
    if (errno === Errno.again || errno === Errno.noBuffers) prober.withdraw(sequence);
  }
}

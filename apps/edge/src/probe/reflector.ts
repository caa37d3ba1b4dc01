import type { ReceivedDatagram } from '@patronus/linux';
import { emptySenderPacket, readSenderPacket, stampPacketSize, writeReflectorPacket } from '@patronus/protocol/stamp';
import type { ReflectorPeer } from './probe-plan.ts';

/** Where answers are put: as `ProbeSocket.queue`. */
export interface AnswerQueue {
  readonly view: DataView;
  queue(packet: { remoteAddress: number; remotePort: number; localAddress: number; length: number }): number;
}

/**
 * Sessions kept per peer: the present one, and the one before while a peer's program is replaced. One alone would restart its
 * count with every stray packet of the other.
 */
const sessionsPerPeer = 2;

interface Peer {
  readonly localAddress: number;
  readonly sessions: Session[];
}

interface Session {
  port: number;
  sessionId: number;
  /** Packets answered so far, which is the next answer's sequence number. */
  answered: number;
  lastUsed: number;
}

/**
 * A stateful STAMP session reflector (RFC 8762, section 4.3). It answers those it was told of and nobody else, so its table
 * cannot be made to grow and it cannot be used against others.
 */
export class Reflector {
  #peers = new Map<number, Peer[]>();
  readonly #probe = emptySenderPacket();
  readonly #target = { remoteAddress: 0, remotePort: 0, localAddress: 0, length: stampPacketSize };
  #clock = 0;
  answered = 0;
  /** Packets from strangers, and packets that are no probes. */
  refused = 0;

  /** From now on answers these; sessions of those that stay go on. */
  configure(peers: readonly ReflectorPeer[]): void {
    const before = this.#peers;
    this.#peers = new Map();
    for (const { remoteAddress, localAddress } of peers) {
      const known = this.#peers.get(remoteAddress) ?? [];
      if (find(known, localAddress) !== undefined) continue;
      known.push(find(before.get(remoteAddress), localAddress) ?? { localAddress, sessions: [] });
      this.#peers.set(remoteAddress, known);
    }
  }

  /** Puts the answer to a packet, if it deserves one, into the queue; its own timestamp is left to who sends it. */
  handle(datagram: ReceivedDatagram, answers: AnswerQueue): void {
    const peer = find(this.#peers.get(datagram.remoteAddress), datagram.localAddress);
    const isExpected = peer !== undefined && datagram.remotePort !== 0;
    if (!isExpected || readSenderPacket(datagram.view, datagram.offset, datagram.length, this.#probe) !== null) {
      this.refused++;
      return;
    }
    const session = this.#session(peer.sessions, datagram.remotePort, this.#probe.sessionId);
    const target = this.#target;
    target.remoteAddress = datagram.remoteAddress;
    target.remotePort = datagram.remotePort;
    target.localAddress = datagram.localAddress;
    writeReflectorPacket(answers.view, answers.queue(target), {
      sequence: session.answered++,
      receivedMs: datagram.receivedMs,
      ttl: datagram.ttl,
      probe: datagram.view,
      probeAt: datagram.offset,
    });
    this.answered++;
  }

  #session(sessions: Session[], port: number, sessionId: number): Session {
    let oldest: Session | undefined;
    for (const session of sessions) {
      if (session.port === port && session.sessionId === sessionId) {
        session.lastUsed = ++this.#clock;
        return session;
      }
      if (oldest === undefined || session.lastUsed < oldest.lastUsed) oldest = session;
    }
    const fresh = { port, sessionId, answered: 0, lastUsed: ++this.#clock };
    if (oldest === undefined || sessions.length < sessionsPerPeer) sessions.push(fresh);
    else sessions[sessions.indexOf(oldest)] = fresh;
    return fresh;
  }
}

const find = (peers: readonly Peer[] | undefined, localAddress: number): Peer | undefined =>
  peers?.find((peer) => peer.localAddress === localAddress);

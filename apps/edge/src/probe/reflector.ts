import type { ReceivedDatagram } from '@patronus/linux';
import { emptySenderPacket, readSenderPacket, stampPacketSize, writeReflectorPacket } from '@patronus/protocol/stamp';
import {
  readExtensions,
  reflectExtensions,
  StampExtensionBuffer,
  type ArrivalCounts,
  type LostLink,
} from '@patronus/protocol/stamp-extensions';
import type { ReflectorPeer } from './probe-plan.ts';
import { noCounts, uncounted, type TrafficCounter } from './traffic-counter.ts';

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

/**
 * Questions of one peer that are answered: five times what the fast profile asks when it suspects a path. Fewer would turn a
 * hurried prober away, more let a peer that has gone mad keep the thread from its own deadlines.
 */
const answersPerSecond = 500;
const answersAtOnce = 250;

interface Peer {
  readonly localAddress: number;
  readonly sessions: Session[];
  /** Answers that it may have at this moment, and when that was told, unix ms. */
  allowance: number;
  allowedMs: number;
}

/** Hears of every question of a peer, and what it tells in it of how our packets arrived there and of a lost link; null for nothing. */
export type QuestionHeard = (
  localAddress: number,
  remoteAddress: number,
  arrivals: ArrivalCounts | null,
  lostLink: LostLink | null,
) => void;

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
  readonly #counter: TrafficCounter;
  readonly #heard: QuestionHeard;
  readonly #extensions = new StampExtensionBuffer();
  readonly #answer: { view: DataView; at: number } = { view: new DataView(new ArrayBuffer(0)), at: 0 };
  readonly #question: { view: DataView; at: number; length: number } = { ...this.#answer, length: 0 };
  readonly #fill = { sent: 0, arrivals: noCounts() };
  #clock = 0;
  answered = 0;
  /** Packets from strangers, packets that are no probes, and more than a peer may ask. */
  refused = 0;

  constructor(counter: TrafficCounter = uncounted, heard: QuestionHeard = () => {}) {
    this.#counter = counter;
    this.#heard = heard;
  }

  /** From now on answers these; sessions of those that stay go on. */
  configure(peers: readonly ReflectorPeer[]): void {
    const before = this.#peers;
    this.#peers = new Map();
    for (const { remoteAddress, localAddress } of peers) {
      const known = this.#peers.get(remoteAddress) ?? [];
      if (find(known, localAddress) !== undefined) continue;
      const fresh = { localAddress, sessions: [], allowance: answersAtOnce, allowedMs: 0 };
      known.push(find(before.get(remoteAddress), localAddress) ?? fresh);
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
    if (!mayAsk(peer, datagram.receivedMs)) {
      this.refused++;
      return;
    }
    const session = this.#session(peer.sessions, datagram.remotePort, this.#probe.sessionId);
    const target = this.#target;
    target.remoteAddress = datagram.remoteAddress;
    target.remotePort = datagram.remotePort;
    target.localAddress = datagram.localAddress;
    target.length = datagram.length;
    const at = answers.queue(target);
    writeReflectorPacket(answers.view, at, {
      sequence: session.answered++,
      receivedMs: datagram.receivedMs,
      ttl: datagram.ttl,
      probe: datagram.view,
      probeAt: datagram.offset,
    });
    if (datagram.length > stampPacketSize) this.#extend(datagram, answers.view, at);
    readExtensions(datagram.view, datagram.offset, datagram.length, this.#extensions);
    const { arrivals, lostLink } = this.#extensions;
    this.#heard(datagram.localAddress, datagram.remoteAddress, arrivals, lostLink);
    this.answered++;
  }

  #extend({ view, offset, length, localAddress, remoteAddress }: ReceivedDatagram, into: DataView, at: number): void {
    const [answer, question, fill] = [this.#answer, this.#question, this.#fill];
    [answer.view, answer.at] = [into, at];
    [question.view, question.at, question.length] = [view, offset, length];
    this.#counter.read(localAddress, remoteAddress, fill.arrivals);
    fill.sent = fill.arrivals.sent;
    reflectExtensions(answer, question, fill);
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

function mayAsk(peer: Peer, nowMs: number): boolean {
  // a clock that was set gives a full allowance at most, and never less than there was
  const passedMs = Math.max(0, nowMs - peer.allowedMs);
  peer.allowance = Math.min(answersAtOnce, peer.allowance + (passedMs * answersPerSecond) / 1_000);
  peer.allowedMs = nowMs;
  if (peer.allowance < 1) return false;
  peer.allowance--;
  return true;
}

const find = (peers: readonly Peer[] | undefined, localAddress: number): Peer | undefined =>
  peers?.find((peer) => peer.localAddress === localAddress);

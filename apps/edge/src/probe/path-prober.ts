import {
  leastMean,
  meanOpinionScore,
  unmeasured,
  type DirectionQuality,
  type PathQuality,
  type ProbeProfile,
} from '@patronus/core';
import type { ReflectorPacket } from '@patronus/protocol/stamp';
import type { ArrivalCounts } from '@patronus/protocol/stamp-extensions';
import { ArrivalMeter } from './arrival-meter.ts';
import { DelayMeter, type ProbeTimes } from './delay-meter.ts';
import { ProbeBudget } from './probe-budget.ts';
import { Fate, ProbeRing, type LossCount } from './probe-ring.ts';
import {
  leastLossSamples,
  lossCertainty,
  maxRearms,
  newsReviewMs,
  probeTiming,
  type ProbeTiming,
} from './probe-timing.ts';
import { ReplyTimer } from './reply-timer.ts';

/** A run of this many misses can be no coincidence: it counts as loss even before a reply tells its direction. */
const outageMisses = 3;
/**
 * A path is clean when nothing was missed for this long. Shorter lets a line that loses a packet now and then pass for one; longer
 * makes a line wait for the verdict because of a hiccup long ago.
 */
const cleanAfterMs = 1_000;

/**
 * Probes one path: when to send, what became of it, what that says about the path. It knows no socket and no clock; times
 * named `nowMs` are monotonic, those in packets are unix ms.
 */
export class PathProber {
  readonly profile: ProbeProfile;
  readonly ring = new ProbeRing();
  readonly #timing: ProbeTiming;
  readonly #timer: ReplyTimer;
  readonly #delay: DelayMeter;
  readonly #budget: ProbeBudget;
  readonly #times: ProbeTimes = { sentMs: 0, reachedMs: 0, returnedMs: 0, receivedMs: 0 };
  readonly #losses: LossCount = { answered: 0, lostForward: 0, lostReverse: 0, missed: 0 };
  /** How our traffic arrives at the far end; null until that is told. */
  #arrivals: ArrivalMeter | null = null;
  #nextSendMs: number;
  /** The oldest probe that may still be pending. */
  #oldest = 0;
  #windowFirst = 0;
  /**
   * When the first reply came, unix ms. Probes sent before waited for the tunnel's handshake, which is not the path's delay.
   */
  #openSinceMs = Infinity;
  #quality: PathQuality = unmeasured;
  #qualityMs = -Infinity;
  /** Whether probing is hurried because replies are missing and the path has not been found down. */
  #isSuspect = false;
  /** Probes in a row, by order of sending, whose replies did not come in time. */
  consecutiveMisses = 0;
  consecutiveReplies = 0;
  /** Whether nothing had been missed for a while when this run of misses began. */
  wasClean = false;
  #missedMs = -Infinity;
  /** Sequence number of the first of them, −1 for none. */
  firstMissed = -1;
  /** When the latest probe was sent that was answered as soon as expected, unix ms. */
  lastPromptSentMs = -Infinity;
  /** Since when every reply came as soon as expected; Infinity after one that was late or missing. */
  promptSinceMs = Infinity;
  /** Whether a run of misses is believed to be the line's; until then it counts for nothing. */
  isOutage = true;
  sent = 0;
  received = 0;

  /** `phase` from 0 to 1 spreads the paths over the interval. */
  constructor(profile: ProbeProfile, nowMs: number, phase: number) {
    this.profile = profile;
    this.#timing = probeTiming[profile];
    this.#timer = new ReplyTimer(this.#timing);
    this.#delay = new DelayMeter(this.#timing.delayWindow, this.#timing.intervalMs);
    this.#budget = new ProbeBudget(this.#timing, nowMs);
    this.#nextSendMs = nowMs + phase * this.#timing.intervalMs;
  }

  /** When this path next has something to do. */
  get wakeMs(): number {
    const deadlineMs = this.#oldest < this.ring.next ? this.#oldestDeadline() : Infinity;
    return Math.min(this.#nextSendMs, deadlineMs);
  }

  /** Whether a probe is to be sent now; plans the next one when so. */
  isDue(nowMs: number): boolean {
    if (nowMs < this.#nextSendMs) return false;
    const { intervalMs, suspectIntervalMs, thriftyIntervalMs } = this.#timing;
    const wanted = this.#isSuspect ? suspectIntervalMs : intervalMs;
    const step = this.#budget.spend(nowMs) ? wanted : thriftyIntervalMs;
    this.#nextSendMs = Math.max(this.#nextSendMs + step, nowMs + step / 2);
    return true;
  }

  /** Opens a probe and returns its sequence number. */
  open(nowMs: number): number {
    this.sent++;
    return this.ring.open(nowMs + this.#timer.timeoutMs);
  }

  /** The probe did not leave for a reason of our own, such as a full buffer: it counts for nothing. */
  withdraw(sequence: number): void {
    this.sent--;
    this.ring.settle(sequence, Fate.none);
  }

  /**
   * Finds the probes whose replies are overdue; true when one was. `isLate` says that our own loop has just been held up:
   * then they get another margin instead.
   */
  expire(nowMs: number, isLate: boolean): boolean {
    let found = false;
    while (this.#oldest < this.ring.next) {
      const sequence = this.#oldest;
      if (this.ring.fateOf(sequence) === Fate.pending) {
        if (nowMs < this.#oldestDeadline()) break;
        if (isLate && this.ring.rearm(sequence, nowMs + this.#timer.marginMs, maxRearms)) break;
        this.#miss(sequence, nowMs);
        found = true;
      }
      this.#oldest++;
    }
    return found;
  }

  /** The usual round trip, the reflector's own time included; NaN before the first reply. */
  get usualRoundTripMs(): number {
    return this.#timer.smoothedMs;
  }

  /** How much later than usual a reply may come, and so a probe of the far end. */
  get marginMs(): number {
    return this.#timer.marginMs;
  }

  #oldestDeadline(): number {
    return this.ring.deadlineMs[this.#oldest % this.ring.deadlineMs.length]!;
  }

  #miss(sequence: number, nowMs: number): void {
    this.ring.settle(sequence, Fate.missed);
    this.promptSinceMs = Infinity;
    if (sequence < this.ring.lastAnswered) return;
    if (this.consecutiveMisses === 0) {
      this.firstMissed = sequence;
      this.wasClean = nowMs - this.#missedMs >= cleanAfterMs;
    }
    this.#missedMs = nowMs;
    this.consecutiveMisses++;
    this.consecutiveReplies = 0;
    this.#isSuspect = this.consecutiveMisses < outageMisses;
    if (this.consecutiveMisses === 1) this.hurry(nowMs);
  }

  /** Sends the next probe at once. */
  hurry(nowMs: number): void {
    this.#nextSendMs = Math.min(this.#nextSendMs, nowMs);
  }

  /**
   * Takes a reply that the kernel received at `receivedMs`. False where it answers no probe of ours: a duplicate, a stray or
   * a forgery.
   */
  reply(packet: ReflectorPacket, receivedMs: number, nowMs: number): boolean {
    const sequence = this.ring.fullSequence(packet.senderSequence);
    if (!this.ring.awaits(sequence, packet.senderFraction)) return false;
    const times = this.#times;
    times.sentMs = this.ring.sentWallMs[sequence % this.ring.sentWallMs.length]!;
    times.reachedMs = packet.receivedMs;
    times.returnedMs = packet.reflectedMs;
    times.receivedMs = receivedMs;
    const inOrder = sequence > this.ring.lastAnswered;
    const unanswered = this.ring.answer(sequence, packet.sequence);
    this.received++;
    const roundTripMs = Math.max(0, receivedMs - times.sentMs);
    this.#noteTiming(roundTripMs <= this.#timer.timeoutMs, inOrder, nowMs);
    this.#timer.observe(roundTripMs);
    if (times.sentMs >= this.#openSinceMs) this.#delay.observe(nowMs, times, inOrder);
    this.#openSinceMs = Math.min(this.#openSinceMs, receivedMs);
    if (inOrder) this.#answered(sequence, unanswered);
    return true;
  }

  #noteTiming(isPrompt: boolean, inOrder: boolean, nowMs: number): void {
    this.promptSinceMs = isPrompt ? Math.min(this.promptSinceMs, nowMs) : Infinity;
    if (isPrompt && inOrder) this.lastPromptSentMs = this.#times.sentMs;
  }

  #answered(sequence: number, unanswered: number): void {
    this.consecutiveReplies = unanswered === 0 && this.consecutiveMisses === 0 ? this.consecutiveReplies + 1 : 1;
    this.consecutiveMisses = 0;
    this.firstMissed = -1;
    this.#isSuspect = false;
    for (let later = sequence + 1; later < this.#oldest; later++) {
      if (this.ring.fateOf(later) !== Fate.missed) continue;
      if (this.firstMissed < 0) this.firstMissed = later;
      this.consecutiveMisses++;
      this.consecutiveReplies = 0;
    }
  }

  /** Unix ms at which the first probe of the present run of misses was sent; null where there is none. */
  get firstMissedWallMs(): number | null {
    if (!this.ring.remembers(this.firstMissed)) return null;
    const sentMs = this.ring.sentWallMs[this.firstMissed % this.ring.sentWallMs.length]!;
    return Number.isNaN(sentMs) ? null : sentMs;
  }

  /** Round trip of the latest reply alone, the reflector's own time left out. */
  get lastRoundTripMs(): number {
    const { sentMs, reachedMs, returnedMs, receivedMs } = this.#times;
    return receivedMs - sentMs - (returnedMs - reachedMs);
  }

  /** Our wall clock was set forward by this much. */
  wallClockWasSet(deltaMs: number): void {
    this.ring.shiftWall(deltaMs);
    this.#openSinceMs += deltaMs;
    this.lastPromptSentMs += deltaMs;
    this.#delay.clockWasSet();
  }

  /** Takes what the far end told of our traffic; true when its figures are worth a look now. */
  arrived(counts: ArrivalCounts, nowMs: number): boolean {
    this.#arrivals ??= new ArrivalMeter();
    const isNews = this.#arrivals.observe(counts, nowMs) && this.#arrivals.isTroubled;
    if (!isNews || nowMs - this.#qualityMs < newsReviewMs) return false;
    this.#qualityMs = -Infinity;
    return true;
  }

  /** Forgets the outage that has just ended: loss is taken from the replies by which the path came back. */
  beginLossWindow(): void {
    this.#arrivals?.forget();
    this.#windowFirst = Math.max(0, this.ring.lastAnswered + 1 - this.consecutiveReplies);
    this.#qualityMs = -Infinity;
  }

  /** The path's figures, renewed every so often. */
  quality(nowMs: number): PathQuality {
    if (nowMs - this.#qualityMs >= this.#timing.qualityRefreshMs) {
      this.#qualityMs = nowMs;
      this.#quality = this.#measure(nowMs);
    }
    return this.#quality;
  }

  #measure(nowMs: number): PathQuality {
    const losses = this.#losses;
    this.ring.count(this.#timing.lossWindow, this.#windowFirst, losses);
    const unexplained = this.isOutage && this.consecutiveMisses >= outageMisses ? losses.missed : 0;
    const probes = losses.answered + losses.lostForward + losses.lostReverse + unexplained;
    const isEnough = probes >= leastLossSamples;
    const lost = losses.lostForward + unexplained;
    const forward = this.#forward(isEnough ? { lost, probes } : null, nowMs);
    const arrived = probes - losses.lostForward;
    const reverseLoss = isEnough && arrived > 0 ? (100 * (losses.lostReverse + unexplained)) / arrived : null;
    const delay = this.#delay;
    const { delayMs, jitterMs, lossPercent } = forward;
    return {
      rttMs: delay.roundTripMs,
      forward,
      reverse: { delayMs: delay.reverseMs, jitterMs: delay.reverseJitterMs, lossPercent: reverseLoss },
      mos:
        delayMs === null || lossPercent === null
          ? null
          : meanOpinionScore({ delayMs, jitterMs: jitterMs ?? 0, lossPercent }),
    };
  }

  /** Loss is that of the traffic where there is enough of it, and that of probes otherwise. */
  #forward(counted: { lost: number; probes: number } | null, nowMs: number): DirectionQuality {
    const traffic = this.#arrivals?.shares(nowMs) ?? null;
    const percent = (events: number): number | null => (counted === null ? null : (100 * events) / counted.probes);
    const isOfTraffic = traffic !== null && traffic.lossPercent !== null;
    return {
      delayMs: this.#delay.forwardMs,
      jitterMs: this.#delay.forwardJitterMs,
      lossPercent: isOfTraffic ? traffic.lossPercent : percent(counted?.lost ?? 0),
      reorderingPercent: traffic?.reorderingPercent ?? null,
      duplicationPercent: traffic?.duplicationPercent ?? null,
      atLeast: {
        lossPercent: isOfTraffic ? traffic.atLeast.lossPercent : percent(leastMean(counted?.lost ?? 0, lossCertainty)),
        reorderingPercent: traffic?.atLeast.reorderingPercent ?? null,
        duplicationPercent: traffic?.atLeast.duplicationPercent ?? null,
      },
    };
  }
}

import { isInForce, type PathQuality } from '@patronus/core';
import {
  initialPathState,
  profileTuning,
  stepPathState,
  type PathChange,
  type PathReading,
  type PathState,
} from '@patronus/policy';
import type { PathReport } from '@patronus/protocol';
import { PathProber } from './path-prober.ts';
import type { PlannedPath } from './probe-plan.ts';
import { probeTiming, tellingEvents, witnessSettleMs } from './probe-timing.ts';
import type { TunnelCounts } from './traffic-counter.ts';

/**
 * How long a fresh path waits for its first probe, which opens the tunnel. The first caller leaves the far end the time to
 * learn of us: a handshake that comes before is lost, and repeated after 5 s. The second leaves the first the time to shake
 * hands over a slow line, as two handshakes at once refuse each other. Longer is time without the path.
 */
const firstCallerWaitMs = 300;
const secondCallerWaitMs = 800;

/**
 * A far end whose answers are missing asks at the hurried interval itself, as it gets none either; one of its probes may be lost
 * on the way. Fewer would miss it, more would take what came before the cut for news.
 */
const stillHeardIntervals = 2.5;
/** Times are sums of floating-point numbers: what is due at a moment is due a millionth of an interval before it. */
const roundingSlack = 1e-6;

/** One end can tell that its packets do not arrive while it hears the other, and otherwise only that it hears nothing. */
export type FailedWay = 'forward' | 'reverse_or_both';

const inWords: Readonly<Record<FailedWay, string>> = {
  forward: 'while those of the far end arrive: the way out is cut',
  reverse_or_both: 'and none of the far end arrive',
};

/** A path with its prober and its state. It outlives documents for as long as they name it. */
export class MonitoredPath {
  readonly prober: PathProber;
  /** Its STAMP session identifier: unique within this edge, never 0. */
  readonly sessionId: number;
  planned: PlannedPath;
  linkDown = false;
  /** Whether the far end has told that its link is down, and was not heard over this path since. */
  farLinkDown = false;
  /** When a probe of the far end came last over this tunnel, monotonic ms. */
  #heardMs = -Infinity;
  /** Since when they have come without a gap. */
  #heardSinceMs = Infinity;
  /** How many were missing since when the path was judged last. */
  #farMissesJudged = 0;
  /** Why it has its health, for an operator. */
  cause: string | null = null;
  /** Which way nothing passed when it went down; null where it is not down, and where that cannot be told. */
  failedWay: FailedWay | null = null;
  #state: PathState;
  #reading: PathReading;
  /** What was counted against the far end's packets when it was last told. */
  #told = 0;
  #toldGeneration = 0;
  /** The probe being watched on demand, and who asked. */
  readonly onDemand = new Map<number, number>();

  constructor(planned: PlannedPath, sessionId: number, nowMs: number, phase: number) {
    this.planned = planned;
    this.sessionId = sessionId;
    const waitMs = planned.callsFirst ? firstCallerWaitMs : secondCallerWaitMs;
    this.prober = new PathProber(planned.profile, nowMs + waitMs, phase);
    this.#state = initialPathState(nowMs);
    this.#reading = {
      health: this.#state.health,
      healthSinceMs: this.#state.sinceMs,
      quality: this.prober.quality(nowMs),
      override: null,
    };
  }

  /** How selection sees it; the same object while nothing changed. */
  get reading(): PathReading {
    return this.#reading;
  }

  /** The same after looking whether its override holds at this time, unix ms. */
  readingAt(wallMs: number): PathReading {
    const { override } = this.planned;
    const inForce = override !== null && isInForce(override, wallMs) ? override : null;
    const answers = this.prober.consecutiveReplies > 0 && !this.#isLinkDown;
    if (inForce !== this.#reading.override || answers !== this.#reading.answers) {
      this.#reading = { ...this.#reading, override: inForce, answers };
    }
    return this.#reading;
  }

  /** A probe of the far end has come. */
  heardAt(nowMs: number): void {
    if (nowMs - this.#heardMs > this.#farIntervalMs + this.prober.marginMs) this.#heardSinceMs = nowMs;
    this.#heardMs = nowMs;
    this.#farMissesJudged = 0;
    this.farLinkDown = false;
  }

  get #isLinkDown(): boolean {
    return this.linkDown || this.farLinkDown;
  }

  /**
   * Whether the far end sent a probe over this path no earlier than it should have answered one that left us by another at this time,
   * and none was late for a while; times are monotonic ms. Each way is taken for half of the round trip.
   */
  wasHeardSince(sentMs: number, otherRoundTripMs: number, nowMs: number): boolean {
    if (nowMs - this.#heardSinceMs < witnessSettleMs) return false;
    return this.#heardMs - this.prober.usualRoundTripMs / 2 >= sentMs + otherRoundTripMs / 2;
  }

  /** Whether its misses would take the path down if they are believed. */
  isFailing(nowMs: number): boolean {
    const { downAfterMisses } = profileTuning[this.prober.profile].path;
    const misses = Math.max(this.prober.consecutiveMisses, this.#missesOfBothEnds(nowMs));
    return this.#state.health !== 'down' && misses >= downAfterMisses;
  }

  /** When it next has something to do: a probe, or the absence of a reply or of a probe of the far end. */
  get wakeMs(): number {
    return Math.min(this.prober.wakeMs, this.#farMissAtMs);
  }

  /** Whether another probe of the far end is missing now, which does not say so by itself. */
  missesFarEnd(nowMs: number): boolean {
    return nowMs >= this.#farMissAtMs;
  }

  /** When that will be, if nothing is heard before; Infinity where it decides nothing. */
  get #farMissAtMs(): number {
    const { downAfterMisses } = profileTuning[this.prober.profile].path;
    const judged = this.#farMissesJudged;
    const decides =
      this.#mayCountFarEnd && this.#state.health !== 'down' && judged < downAfterMisses && this.#heardMs > -Infinity;
    return decides ? this.#heardMs + this.prober.marginMs + (judged + 1) * this.#farIntervalMs : Infinity;
  }

  /**
   * Whether missing probes of the far end say anything. On a line that loses packets now and then they are no sign of a cut; and where a
   * suspect is probed more often than usual, they add nothing to what it says itself.
   */
  get #mayCountFarEnd(): boolean {
    const { consecutiveMisses, wasClean, profile } = this.prober;
    return (
      wasClean && consecutiveMisses > 0 && probeTiming[profile].suspectIntervalMs >= probeTiming[profile].intervalMs
    );
  }

  /** Both ends probe with the same profile. */
  get #farIntervalMs(): number {
    return probeTiming[this.prober.profile].thriftyIntervalMs;
  }

  /** Probes of the far end that should have come since the latest one. */
  #farMisses(nowMs: number): number {
    if (this.#heardMs === -Infinity) return 0;
    const lateMs = nowMs - this.#heardMs - this.prober.marginMs;
    return Math.max(0, Math.floor(lateMs / this.#farIntervalMs + roundingSlack));
  }

  #missesOfBothEnds(nowMs: number): number {
    const ofFarEnd = this.#mayCountFarEnd ? this.#farMisses(nowMs) : 0;
    return ofFarEnd > 0 ? this.prober.consecutiveMisses + ofFarEnd : 0;
  }

  /**
   * Judges the path after a reply, a miss or a change of its link; what changed, if anything did. Misses that are not
   * believed do not take it down.
   */
  step(nowMs: number, believesMisses: boolean): PathChange | null {
    const { prober } = this;
    const tuning = profileTuning[prober.profile].path;
    prober.isOutage = believesMisses;
    const mostMisses = believesMisses ? Infinity : tuning.downAfterMisses - 1;
    const quality = prober.quality(nowMs);
    const before = this.#state;
    const observed = {
      consecutiveMisses: Math.min(prober.consecutiveMisses, mostMisses),
      consecutiveReplies: prober.consecutiveReplies,
      missesOfBothEnds: believesMisses ? this.#missesOfBothEnds(nowMs) : 0,
      linkDown: this.#isLinkDown,
      quality,
    };
    this.#farMissesJudged = this.#farMisses(nowMs);
    const { state, changed } = stepPathState(before, observed, nowMs, tuning);
    this.#state = state;
    if (changed === undefined) {
      if (quality !== this.#reading.quality) this.#reading = this.#read(quality);
      return null;
    }
    const { suspectIntervalMs } = probeTiming[prober.profile];
    this.failedWay = changed.to === 'down' ? this.#failedWay(nowMs, suspectIntervalMs) : null;
    this.cause = this.#causeInWords(changed);
    if (changed.from === 'down' || changed.from === 'unknown') prober.beginLossWindow();
    this.#reading = this.#read(prober.quality(nowMs));
    return { ...changed, cause: this.cause };
  }

  #causeInWords({ to, cause }: PathChange): string {
    if (this.failedWay !== null) return `${cause}, ${inWords[this.failedWay]}`;
    return to === 'down' && this.farLinkDown && !this.linkDown ? `${cause} at the far end` : cause;
  }

  /** A far end whose answers are missing while its own probes still come does not get ours. */
  #failedWay(nowMs: number, everyMs: number): FailedWay | null {
    if (this.#isLinkDown || this.#heardMs === -Infinity) return null;
    const isHeard = this.#missesOfBothEnds(nowMs) === 0 && nowMs - this.#heardMs < stillHeardIntervals * everyMs;
    return isHeard ? 'forward' : 'reverse_or_both';
  }

  /** The far end has just been told these counts of what arrives from it. */
  told(counts: TunnelCounts): void {
    this.#told = counts.generation === 0 ? 0 : eventsOf(counts);
    this.#toldGeneration = counts.generation;
  }

  /** Whether packets from the far end arrive so badly that it should be told at once. */
  hasNewsFor(counts: TunnelCounts): boolean {
    if (counts.generation === 0) return false;
    if (counts.generation !== this.#toldGeneration) this.told(counts);
    return ((eventsOf(counts) - this.#told) | 0) >= tellingEvents;
  }

  /** Its report; `wallAheadMs` is unix time minus the monotonic time of the states. */
  report(nowMs: number, wallAheadMs: number): PathReport {
    return {
      pathId: this.planned.id,
      health: this.#state.health,
      since: this.#state.sinceMs + wallAheadMs,
      quality: this.#state.health === 'down' ? this.#silence(nowMs) : this.prober.quality(nowMs),
      sent: this.prober.sent,
      received: this.prober.received,
    };
  }

  /** The figures of a path on which nothing passes: loss alone can be told, times would be those of the past. */
  #silence(nowMs: number): PathQuality {
    const { forward, reverse } = this.prober.quality(nowMs);
    // probes that never arrive bring no answers to lose: of the way back nothing is known but that the far end is heard
    const { intervalMs } = probeTiming[this.prober.profile];
    // a far end that has found the path down too asks at the usual interval again
    const reverseLoss = this.#failedWay(nowMs, intervalMs) === 'forward' ? null : reverse.lossPercent;
    return {
      rttMs: null,
      forward: { delayMs: null, jitterMs: null, lossPercent: forward.lossPercent },
      reverse: { delayMs: null, jitterMs: null, lossPercent: reverseLoss },
      mos: null,
    };
  }

  /** Judges what was measured anew, without a reply or a miss. */
  look(nowMs: number): void {
    const quality = this.prober.quality(nowMs);
    if (quality !== this.#reading.quality) this.#reading = this.#read(quality);
  }

  #read(quality: PathQuality): PathReading {
    const { override } = this.#reading;
    return { health: this.#state.health, healthSinceMs: this.#state.sinceMs, quality, override };
  }
}

/** Packets that were missing, late or superfluous, modulo 2^32. */
const eventsOf = ({ expected, received, overtaken, doubled }: TunnelCounts): number =>
  (expected - received + overtaken + doubled) | 0;

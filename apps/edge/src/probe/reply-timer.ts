import { firstReplyTimeoutMs, maxReplyMs, type ProbeTiming } from './probe-timing.ts';

/** Jitters by which a reply may be late, beyond the smoothed round trip (RFC 6298, section 2: K). */
const deviations = 4;
/** Weights of a new sample in the smoothed round trip and its deviation (RFC 6298, section 2). */
const smoothingShare = 1 / 8;
const deviationShare = 1 / 4;
/**
 * What is left of the greatest lateness after another reply. Over 1,400 replies, 14 s of the fast profile, it halves: less would
 * forget a busy machine between two of its hiccups, more would make every outage longer for one of them.
 */
const latenessKept = 0.9995;
/** The margin is so many times the greatest lateness: the next hiccup may be a worse one. */
const latenessFactor = 1.5;

/** How long a reply may take before its probe counts as missed: the usual round trip and a margin of a few deviations. */
export class ReplyTimer {
  readonly #leastMs: number;
  readonly #cautiousMs: number;
  /** The usual round trip, ms; NaN before the first. */
  smoothedMs = Number.NaN;
  #deviationMs = 0;
  /** By how much replies have been late of late. */
  #latenessMs: number;

  constructor({ leastMarginMs, cautiousMarginMs }: Pick<ProbeTiming, 'leastMarginMs' | 'cautiousMarginMs'>) {
    this.#leastMs = leastMarginMs;
    this.#cautiousMs = cautiousMarginMs;
    this.#latenessMs = cautiousMarginMs;
  }

  /** A reply took this long, the reflector's own time included; also one that came too late. */
  observe(roundTripMs: number): void {
    if (Number.isNaN(this.smoothedMs)) {
      this.smoothedMs = roundTripMs;
      this.#deviationMs = roundTripMs / 2;
      return;
    }
    this.#latenessMs = Math.max(roundTripMs - this.smoothedMs, this.#latenessMs * latenessKept);
    this.#deviationMs += deviationShare * (Math.abs(roundTripMs - this.smoothedMs) - this.#deviationMs);
    this.smoothedMs += smoothingShare * (roundTripMs - this.smoothedMs);
  }

  get marginMs(): number {
    const seenMs = Math.min(this.#cautiousMs, latenessFactor * this.#latenessMs);
    return Math.max(this.#leastMs, seenMs, deviations * this.#deviationMs);
  }

  get timeoutMs(): number {
    if (Number.isNaN(this.smoothedMs)) return firstReplyTimeoutMs;
    return Math.min(maxReplyMs, this.smoothedMs + this.marginMs);
  }
}

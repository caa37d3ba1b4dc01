import { firstReplyTimeoutMs, maxReplyMs } from './probe-timing.ts';

/** Jitters by which a reply may be late, beyond the smoothed round trip (RFC 6298, section 2: K). */
const deviations = 4;
/** Weights of a new sample in the smoothed round trip and its deviation (RFC 6298, section 2). */
const smoothingShare = 1 / 8;
const deviationShare = 1 / 4;

/** How long a reply may take before its probe counts as missed: the usual round trip and a margin of a few deviations. */
export class ReplyTimer {
  readonly #floorMs: number;
  #smoothedMs = Number.NaN;
  #deviationMs = 0;

  constructor(marginFloorMs: number) {
    this.#floorMs = marginFloorMs;
  }

  /** A reply took this long, the reflector's own time included; also one that came too late. */
  observe(roundTripMs: number): void {
    if (Number.isNaN(this.#smoothedMs)) {
      this.#smoothedMs = roundTripMs;
      this.#deviationMs = roundTripMs / 2;
      return;
    }
    this.#deviationMs += deviationShare * (Math.abs(roundTripMs - this.#smoothedMs) - this.#deviationMs);
    this.#smoothedMs += smoothingShare * (roundTripMs - this.#smoothedMs);
  }

  get marginMs(): number {
    return Math.max(this.#floorMs, deviations * this.#deviationMs);
  }

  get timeoutMs(): number {
    if (Number.isNaN(this.#smoothedMs)) return firstReplyTimeoutMs;
    return Math.min(maxReplyMs, this.#smoothedMs + this.marginMs);
  }
}

import { probeWireBytes, type ProbeTiming } from './probe-timing.ts';

const dayMs = 86_400_000;
/** Saved allowance may be spent on this much extra probing at once, such as when a line is suspected. */
const burstBytes = 40 * 2 * probeWireBytes;

/** The octets that probing a metered path may use, filled steadily over the day. */
export class ProbeBudget {
  readonly #bytesPerMs: number;
  #allowance = burstBytes;
  #filledMs: number;

  constructor(timing: ProbeTiming, nowMs: number) {
    this.#bytesPerMs = timing.bytesPerDay === null ? Infinity : timing.bytesPerDay / dayMs;
    this.#filledMs = nowMs;
  }

  /** Pays for a probe and its reply; false when the allowance is used up. */
  spend(nowMs: number): boolean {
    if (this.#bytesPerMs === Infinity) return true;
    this.#allowance = Math.min(burstBytes, this.#allowance + (nowMs - this.#filledMs) * this.#bytesPerMs);
    this.#filledMs = nowMs;
    this.#allowance = Math.max(0, this.#allowance - 2 * probeWireBytes);
    return this.#allowance > 0;
  }
}

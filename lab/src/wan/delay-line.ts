import type { Random } from '@patronus/core';
import type { Impairment } from './impairment.ts';

/**
 * Numbers that describe an impairment in shared memory, in this order: delay, jitter, loss, rate (0 for unlimited),
 * reordering, duplication.
 */
export const settingWidth = 6;
type Setting = [number, number, number, number, number, number];

/**
 * Packets that would wait longer than this for their turn on a rate-limited line are dropped, as a provider's line card
 * does. Shorter starves TCP of its window on a long line; longer shows as seconds of delay under load.
 */
export const queueLimitMs = 50;

/** The shortest time between two draws of the wandering delay. */
const shortestDrawMs = 1;

/**
 * How much longer a packet that leaves the order travels. Shorter and a stream of a few hundred packets a second has none
 * that could overtake it; longer and it counts as lost with those who play what arrives.
 */
export const heldBackMs = 12;

export function writeImpairment(into: Float64Array, impairment: Impairment): void {
  const { delayMs, jitterMs, lossPercent, rateBps, reorderPercent, duplicatePercent } = impairment;
  into.set([delayMs, jitterMs, lossPercent, rateBps ?? 0, reorderPercent, duplicatePercent]);
}

/**
 * When a packet comes out of one direction of a line. It waits for its turn at the line's rate, then travels for the
 * delay. The wandering part of the delay is drawn anew once in each span as long as the jitter, so that it does not depend
 * on how much traffic there is, and a packet never overtakes another: after a long draw the delay falls as fast as the queue drains.
 * Where the line reorders, the given share of packets is held back, so that those behind overtake them.
 */
export class DelayLine {
  readonly #settings: Float64Array;
  readonly #random: Random;
  #busyUntilMs = 0;
  #lastReleaseMs = 0;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #draw = 0;
  #isHeldBack = false;

  /** `settings` may be changed by another thread at any time; see {@link settingWidth}. */
  constructor(settings: Float64Array, random: Random) {
    this.#settings = settings;
    this.#random = random;
  }

  /** The time at which a packet that enters now comes out, ms on the same clock; -1 when it is lost. */
  admit(nowMs: number, octets: number): number {
    const [delayMs, jitterMs, lossPercent, rateBps, reorderPercent] = this.#settings as unknown as Setting;
    this.#isHeldBack = false;
    if (this.#hits(lossPercent)) return -1;
    const startMs = Math.max(nowMs, this.#busyUntilMs);
    if (startMs - nowMs > queueLimitMs) return -1;
    const sentMs = rateBps > 0 ? startMs + (octets * 8000) / rateBps : startMs;
    if (rateBps > 0) this.#busyUntilMs = sentMs;
    const travelMs = Math.max(0, delayMs + this.#wander(nowMs, jitterMs));
    this.#lastReleaseMs = Math.max(this.#lastReleaseMs, sentMs + travelMs);
    this.#isHeldBack = this.#hits(reorderPercent);
    return this.#isHeldBack ? this.#lastReleaseMs + heldBackMs : this.#lastReleaseMs;
  }

  /** Whether the packet last admitted is held back; such packets keep their order among themselves. */
  get isHeldBack(): boolean {
    return this.#isHeldBack;
  }

  /** How often the packet that comes out now does so: drawn anew with each call. */
  copies(): 1 | 2 {
    return this.#hits(this.#settings[5]!) ? 2 : 1;
  }

  #hits(percent: number): boolean {
    return percent > 0 && this.#random.next() * 100 < percent;
  }

  #wander(nowMs: number, jitterMs: number): number {
    if (jitterMs === 0) return 0;
    if (nowMs - this.#drawnMs >= Math.max(shortestDrawMs, jitterMs)) {
      this.#drawnMs = nowMs;
      this.#draw = this.#random.next() * 2 - 1;
    }
    return this.#draw * jitterMs;
  }
}

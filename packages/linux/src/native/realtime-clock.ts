import { Arena } from './arena.ts';
import { libc } from './libc.ts';

const clockRealtime = 0;

/**
 * The kernel's real-time clock, the one that packet timestamps are taken from. Unix ms; a double holds today's time to a
 * quarter of a microsecond.
 */
export class RealtimeClock {
  readonly #arena = new Arena(4096);
  readonly #timespec = this.#arena.take(16);
  readonly #address = this.#arena.address(this.#timespec);
  readonly #libc = libc();

  nowMs(): number {
    this.#libc.clock_gettime(clockRealtime, this.#address);
    return readTimespecMs(this.#arena.view, this.#timespec);
  }
}

/** A `struct timespec` in ms. */
export const readTimespecMs = (view: DataView, at: number): number =>
  (view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32) * 1000 + view.getUint32(at + 8, true) / 1e6;

/** Writes ms as a `struct timespec`. */
export function writeTimespecMs(view: DataView, at: number, ms: number): void {
  const seconds = Math.floor(ms / 1000);
  view.setUint32(at, seconds % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(seconds / 2 ** 32), true);
  view.setUint32(at + 8, Math.min(999_999_999, Math.round((ms - seconds * 1000) * 1e6)), true);
  view.setUint32(at + 12, 0, true);
}

import { Arena } from './arena.ts';
import { libc } from './libc.ts';
import { writeTimespecMs } from './realtime-clock.ts';

const pollIn = 0x1;
const pollFdSize = 8;

/** Waits on several descriptors at once with a time-out of any fineness (`ppoll`). */
export class Waiter {
  readonly #arena = new Arena(4096);
  readonly #fds: number;
  readonly #timeout: number;
  readonly #count: number;

  /** Those named first are the ones that {@link wait} can be narrowed to. */
  constructor(fds: readonly number[]) {
    this.#count = fds.length;
    this.#fds = this.#arena.take(fds.length * pollFdSize);
    this.#timeout = this.#arena.take(16);
    fds.forEach((fd, index) => {
      this.#arena.view.setInt32(this.#fds + index * pollFdSize, fd, true);
      this.#arena.view.setInt16(this.#fds + index * pollFdSize + 4, pollIn, true);
    });
  }

  /**
   * Returns when one of the first `count` descriptors has something to read, or the time is over; a bit mask of those that
   * have (bit 0 is the first), 0 for none.
   */
  wait(timeoutMs: number, count = this.#count): number {
    const { view } = this.#arena;
    writeTimespecMs(view, this.#timeout, Math.max(0, timeoutMs));
    const address = this.#arena.address(this.#fds);
    if (libc().ppoll(address, count, this.#arena.address(this.#timeout), 0) <= 0) return 0;
    let ready = 0;
    for (let index = 0; index < count; index++) {
      if (view.getInt16(this.#fds + index * pollFdSize + 6, true) !== 0) ready |= 1 << index;
    }
    return ready;
  }
}

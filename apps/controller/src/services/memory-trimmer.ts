import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Timer, Timers } from '@patronus/core';

/** After this much rest another change is not to be expected at once; a pause of some hundred milliseconds disturbs nobody. */
const restMs = 10_000;
/** V8's own threads free what was collected; by then they have. */
const freedMs = 500;

/**
 * Gives back the memory that compiling documents leaves behind. Each compilation makes many times of what it keeps, and V8
 * does not look for garbage while nothing new is made: a controller of 100 sites and 1,000 policies would sit on 300 MB.
 */
export class MemoryTrimmer {
  readonly #timers: Timers;
  readonly #collect: () => void;
  readonly #release: () => void;
  #timer: Timer | null = null;

  constructor(timers: Timers, collect = collectGarbage, release = releaseFreeMemory) {
    this.#timers = timers;
    this.#collect = collect;
    this.#release = release;
  }

  /** Something was changed: memory is given back when nothing more follows for a while. */
  touch(): void {
    this.#timer?.cancel();
    this.#timer = this.#timers.after('give memory back', restMs, () => {
      this.#collect();
      this.#timer = this.#timers.after('give free memory back', freedMs, () => {
        this.#timer = null;
        this.#release();
      });
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}

/**
 * Node shows its collector only to programs that were started with a flag, or that ask this way. As a last resort, it gives
 * the pages of what it collected back to the system; otherwise it keeps them for itself, hundreds of megabytes.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as NodeJS.GCFunction;
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/** The C library keeps what is free between what is not, some 20 MB. Where it is another than Linux has, it goes on keeping it. */
function releaseFreeMemory(): void {
  import('@patronus/linux/memory').then((memory) => memory.releaseFreeMemory()).catch(() => undefined);
}

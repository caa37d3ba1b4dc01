/** Time as the pure code sees it. `now` is monotonic, `wall` is unix time; both in milliseconds with fractions. */
export interface Clock {
  now(): number;
  wall(): number;
}

/** A named timer; names make a hanging program explain itself. */
export interface Timers {
  after(name: string, delayMs: number, action: () => void): Timer;
  every(name: string, periodMs: number, action: () => void): Timer;
}

export interface Timer {
  readonly name: string;
  cancel(): void;
}

/** Uniform numbers in [0, 1). */
export interface Random {
  next(): number;
}

/** The machine's own clock and timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => performance.timeOrigin + performance.now(),
};

export const systemTimers: Timers = {
  after(name, delayMs, action) {
    const handle = setTimeout(action, delayMs);
    return { name, cancel: () => clearTimeout(handle) };
  },
  every(name, periodMs, action) {
    const handle = setInterval(action, periodMs);
    return { name, cancel: () => clearInterval(handle) };
  },
};

export const systemRandom: Random = { next: () => Math.random() };

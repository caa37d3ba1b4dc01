const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One press of Ctrl-C arrives twice where npm passes on what the terminal already sent; a person is slower than this. */
const sameInterruptMs = 500;

export interface Interrupt extends Disposable {
  readonly asked: boolean;
  /** Settles at the first request to stop. */
  readonly first: Promise<void>;
  /** Settles at the second, by a user who does not want to wait. */
  readonly second: Promise<void>;
}

/** Takes over requests to stop (Ctrl-C, `kill`) until disposed. */
export function interrupted(): Interrupt {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let firstAt: number | null = null;
  const onSignal = (): void => {
    const now = performance.now();
    if (firstAt === null) {
      firstAt = now;
      first.resolve();
    } else if (now - firstAt > sameInterruptMs) {
      second.resolve();
    }
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    get asked() {
      return firstAt !== null;
    },
    first: first.promise,
    second: second.promise,
    [Symbol.dispose]: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

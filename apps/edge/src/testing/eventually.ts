import { setTimeout as delay } from 'node:timers/promises';

/** Polls until something holds; fails with what was seen last when it does not in time. */
export async function eventually<T>(
  read: () => T | Promise<T>,
  holds: (value: T) => boolean,
  limitMs = 120_000,
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (performance.now() > end) throw new Error(`still not so after ${limitMs} ms: ${JSON.stringify(value)}`);
    await delay(100);
  }
}

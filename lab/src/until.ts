import { setTimeout as delay } from 'node:timers/promises';
import { PatronusError } from '@patronus/core';

/** Between two looks at a condition: short against anything a person waits for, cheap for the machine. */
const pollMs = 25;

/**
 * Looks until the condition holds.
 * @throws PatronusError `timeout` after the deadline; `what` reads as "waited … for ‹what›".
 */
export async function until(
  what: string,
  deadlineMs: number,
  condition: () => Promise<boolean> | boolean,
  everyMs = pollMs,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > end) {
      throw new PatronusError('timeout', `waited ${Math.round(deadlineMs / 1000)} s in vain for ${what}`);
    }
    await delay(everyMs);
  }
}

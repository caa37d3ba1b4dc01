import { Arena } from './arena.ts';
import { libc } from './libc.ts';

const setTimerSlack = 29;
/** A wait ends at most this much late by the kernel's wish to bundle wake-ups; its default of 50 µs blurs delays. */
const timerSlackNs = 1_000;
const roundRobinResetOnFork = 0x4000_0002;
const prioProcess = 0;

/** What a thread got: real-time round robin, a raised nice value, or nothing. */
export type ThreadPriority = 'realtime' | 'nice' | 'normal';

/**
 * Lets the calling thread run before others as far as this process may, and wake on time. Never fails: without the
 * privilege it stays as it was and says so. Threads and programs started from here do not inherit real-time.
 */
export function raiseThreadPriority(): ThreadPriority {
  const c = libc();
  c.prctl(setTimerSlack, timerSlackNs, 0, 0, 0);
  const arena = new Arena(4096);
  const parameter = arena.take(4);
  // The lowest real-time priority: above all ordinary work, below the kernel's own threads.
  arena.view.setInt32(parameter, 1, true);
  if (c.sched_setscheduler(0, roundRobinResetOnFork, arena.address(parameter)) === 0) return 'realtime';
  return c.setpriority(prioProcess, 0, -20) === 0 ? 'nice' : 'normal';
}

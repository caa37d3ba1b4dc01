import { messageOf, type Timers } from '@patronus/core';
import type { ControllerMessage, EdgeMessage } from '@patronus/protocol';
import type { ProbeEngine } from './ports.ts';

/**
 * Between the probes of a check. Much shorter, and one burst of loss on the line takes all of them; much longer, and whoever
 * asked waits for no gain.
 */
const betweenProbesMs = 100;

type Asked = Extract<ControllerMessage, { type: 'check_path' }>;
type Answer = Extract<EdgeMessage, { type: 'path_checked' }>;

/** Sends the probes that were asked for, one after the other without waiting for replies, and answers with what came back. */
export async function checkPath(
  engine: Pick<ProbeEngine, 'probeNow'>,
  timers: Timers,
  { id, pathId, probes }: Asked,
): Promise<Answer> {
  try {
    const numbers = Array.from({ length: probes }, (_, index) => index);
    const results = await Promise.all(
      numbers.map((index) => later(timers, index * betweenProbesMs, () => engine.probeNow(pathId))),
    );
    if (results.some(({ sent }) => !sent)) return { type: 'path_checked', id, probes: [], problem: noSuchPath };
    const samples = results.map(({ answered, rttMs }) => ({ answered, rttMs }));
    return { type: 'path_checked', id, probes: samples, problem: null };
  } catch (error) {
    return { type: 'path_checked', id, probes: [], problem: messageOf(error) };
  }
}

const noSuchPath = 'the edge does not have this path yet: its configuration or the key of the far end is still to come';

function later<T>(timers: Timers, delayMs: number, action: () => Promise<T>): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<void>();
  timers.after('probe of a check', delayMs, resolve);
  return promise.then(action);
}

import { systemClock, systemTimers, type Clock, type Timers } from '@patronus/core';

/** The time that a run goes by. */
export type RunTime = Pick<Clock, 'wall'> & Pick<Timers, 'after'>;

export const systemTime: RunTime = { wall: () => systemClock.wall(), after: systemTimers.after };

export const sleep = (time: RunTime, name: string, ms: number): Promise<void> =>
  new Promise((resolve) => time.after(name, Math.max(0, ms), resolve));

import { describe, expect, it } from 'vitest';
import { isScheduled, isTimeZone, minutesOfDay, type ScheduleWindow } from './schedule.ts';

const at = (time: string): number => Date.parse(time);
const office: ScheduleWindow[] = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' }];
const night: ScheduleWindow[] = [{ days: ['fri'], from: '22:00', to: '06:00' }];

describe('a time of the week', () => {
  it.each<[string, ScheduleWindow[], string, string, boolean]>([
    ['holds from its first minute', office, 'UTC', '2026-11-20T08:00:00Z', true],
    ['not before', office, 'UTC', '2026-11-20T07:59:59Z', false],
    ['and not in the minute it ends', office, 'UTC', '2026-11-20T18:00:00Z', false],
    ['not on other days', office, 'UTC', '2026-11-21T12:00:00Z', false],
    ['goes by the clocks of the place, in winter', office, 'Europe/Vienna', '2026-11-20T07:00:00Z', true],
    ['and in summer', office, 'Europe/Vienna', '2026-07-17T06:00:00Z', true],
    ['also by its day', office, 'Asia/Tokyo', '2026-11-22T23:30:00Z', true],
    ['over midnight, belongs to the day on which it starts', night, 'UTC', '2026-11-21T05:59:00Z', true],
    ['and to no other', night, 'UTC', '2026-11-20T05:59:00Z', false],
    ['without hours, holds all day', [{ days: ['sat'] }], 'UTC', '2026-11-21T23:59:00Z', true],
    ['without days, holds every day', [{ from: '23:00', to: '24:00' }], 'UTC', '2026-11-21T23:59:00Z', true],
    ['is one of several', [...office, ...night], 'UTC', '2026-11-20T23:00:00Z', true],
  ])('%s', (_name, windows, zone, time, expected) => {
    expect(isScheduled(windows, zone, at(time))).toBe(expected);
  });

  it('is read as people write it', () => {
    expect(['00:00', '08:30', '24:00', '24:01', '8:30', '08:60', ''].map(minutesOfDay)).toEqual([
      0,
      510,
      1440,
      null,
      null,
      null,
      null,
    ]);
    expect(['UTC', 'Europe/Vienna', 'Mars/Base'].map(isTimeZone)).toEqual([true, true, false]);
  });
});

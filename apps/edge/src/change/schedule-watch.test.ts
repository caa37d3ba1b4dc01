import type { Policy } from '@patronus/core';
import { defaultPolicy, siteDocument, VirtualTime } from '@patronus/testkit';
import { describe, expect, it } from 'vitest';
import { ScheduleWatch } from './schedule-watch.ts';

const evening: Policy = {
  ...defaultPolicy,
  id: 2,
  class: 2,
  match: { schedule: [{ from: '18:00', to: '19:00' }] },
};

describe('schedules', () => {
  it('are looked at on the minute, and told when one begins or ends in the zone of any site', async () => {
    const time = new VirtualTime();
    const wall = (): number => Date.parse('2026-11-20T16:30:20Z') + time.now();
    const told: string[] = [];
    const watch = new ScheduleWatch(time, wall, () => told.push(new Date(wall()).toISOString().slice(11, 19)));
    const made = siteDocument();
    const site = { ...made.site, timeZone: 'Europe/Vienna' };
    watch.follow(siteDocument({ site, policies: [evening, defaultPolicy] }));
    await time.advance(4 * 3_600_000);
    expect(told).toEqual(['17:00:00', '18:00:00', '19:00:00']);
    watch.follow(siteDocument());
    await time.advance(86_400_000);
    expect(told).toHaveLength(3);
  });
});

import { describe, expect, it } from 'vitest';
import { bitRates, trafficStep } from './traffic-rates.ts';

const now = Date.UTC(2026, 10, 21, 12);

describe('traffic over time', () => {
  it('asks for no finer step than the controller keeps for so long', () => {
    const last = (minutes: number) => trafficStep({ from: now - minutes * 60_000, to: now }, now);
    expect([last(15), last(60), last(24 * 60), last(7 * 24 * 60)]).toEqual([10_000, 60_000, 300_000, 3_600_000]);
    expect(trafficStep({ from: now - 900_000, to: now }, now, 300)).toBe(60_000);
    const hourAgo = { from: now - 60 * 60_000, to: now - 55 * 60_000 };
    expect(trafficStep(hourAgo, now)).toBe(60_000);
  });

  it('shows a step without traffic as nothing, and no step of which counters are still on their way', () => {
    const span = { from: now - 50_000, to: now };
    const rates = bitRates([{ timestamp: now - 40_000, bytes: 1250 }], span, 10_000, now);
    expect(rates.times).toEqual([now - 50_000, now - 40_000, now - 30_000]);
    expect(rates.values).toEqual([0, 1000, 0]);
  });

  it('counts a long step that goes on for as long as it has lasted', () => {
    const later = now + 1_800_000;
    const { times, values } = bitRates(
      [{ timestamp: now, bytes: 225_000 }],
      { from: now, to: later },
      3_600_000,
      later,
    );
    expect(times).toEqual([now]);
    expect(values).toEqual([1000]);
  });
});

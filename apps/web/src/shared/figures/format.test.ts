import { describe, expect, it } from 'vitest';
import { formatFact, formatAge, formatBitRate, formatBytes, formatMs, formatPercent } from './format.ts';

describe('figures', () => {
  it('that are not known are a dash, never a number', () => {
    expect([formatMs(null), formatPercent(undefined), formatBytes(Number.NaN), formatAge(null, 0)]).toEqual(
      Array(4).fill('–'),
    );
  });

  it('show a little loss as more than none', () => {
    expect([formatPercent(0), formatPercent(0.04), formatPercent(3.21)]).toEqual(['0.0 %', '0.04 %', '3.2 %']);
  });

  it('are scaled', () => {
    expect([formatBitRate(0), formatBitRate(999), formatBitRate(21_000_000)]).toEqual([
      '0 bit/s',
      '999 bit/s',
      '21.0 Mbit/s',
    ]);
    expect([formatBytes(1023), formatBytes(1536)]).toEqual(['1023 B', '1.5 KiB']);
  });

  it('of an event are told in words: paths by their labels, times to the millisecond', () => {
    expect(formatFact('from', [{ path_id: 'x', label: 'mpls', remote_label: 'lte' }])).toBe('mpls → lte');
    expect(formatFact('to', [])).toBe('none');
    expect(formatFact('decided_at', new Date(2026, 0, 2, 3, 4, 5, 67).getTime())).toBe('03:04:05.067');
    expect(formatFact('outage_estimate_ms', 312.4567)).toBe('312.457');
    expect(formatFact('quality', { mos: 4.1 })).toBe('{"mos":4.1}');
  });

  it('tell an age in its two largest units', () => {
    expect([5, 310, 10_920, 1_051_200].map((seconds) => formatAge(0, seconds * 1000))).toEqual([
      '5 s',
      '5 min 10 s',
      '3 h 2 min',
      '12 d 4 h',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Path } from './api/resources.ts';
import { renderPaths } from './commands/paths.ts';
import { formatAge, formatBytes, formatRate } from './format.ts';
import { renderFacts, renderTable } from './table.ts';
import type { Paint } from './terminal.ts';

const plain: Paint = (_style, text) => text;
const path = (fields: Partial<Path>): Path => ({
  id: 'p',
  source_site: 'hq',
  dest_site: 'branch',
  source_label: 'mpls',
  dest_label: 'mpls',
  latency: 21.04,
  jitter: 0.31,
  loss: 0,
  rtt: 42,
  mos: 4.38,
  reverse_latency: 21,
  reverse_jitter: 0,
  reverse_loss: 0,
  reordering_percent: null,
  copies: null,
  duplication_percent: null,
  bandwidth: null,
  failed_direction: null,
  health_status: 'up',
  since: 1000,
  reported_at: 1000,
  stale: false,
  override: null,
  ...fields,
});

describe('renderTable', () => {
  it('aligns columns and ends no line with spaces', () => {
    const columns = [
      { title: 'NAME', cell: (row: [string, string]) => row[0] },
      { title: 'N', align: 'right' as const, cell: (row: [string, string]) => row[1] },
    ];
    expect(
      renderTable(columns, [
        ['a', '1'],
        ['longer', '100'],
      ]),
    ).toBe(['NAME      N', 'a         1', 'longer  100'].join('\n'));
  });

  it('aligns facts', () =>
    expect(
      renderFacts([
        ['a', '1'],
        ['long', ''],
      ]),
    ).toBe('a     1\nlong'));
});

describe('the table of paths', () => {
  it('is sorted by source and destination, and shows a dash for what is not known', () => {
    const unknown = {
      latency: null,
      jitter: null,
      loss: null,
      mos: null,
      health_status: 'unknown',
      since: null,
    } as const;
    const text = renderPaths(
      [path({}), path({ source_site: 'branch', dest_site: 'hq', ...unknown, stale: true })],
      plain,
      61_000,
    );
    expect(text.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['SOURCE', 'DESTINATION', 'STATE', 'DELAY', 'JITTER', 'LOSS', 'MOS', 'SINCE'],
      ['branch/mpls', '→', 'hq/mpls', 'unknown (no report)', '–', '–', '–', '–', '–'],
      ['hq/mpls', '→', 'branch/mpls', 'up', '21.0 ms', '0.3 ms', '0.0 %', '4.4', '1 min 0 s'],
    ]);
  });
});

describe('a path that loses everything', () => {
  it('has no delay now, whatever it had before', () => {
    const text = renderPaths([path({ health_status: 'down', loss: 100, mos: 1 })], plain, 61_000);
    expect(text).toMatch(/down +– +– +100\.0 % +1\.0/);
  });

  it('says which way nothing passes where that is known', () => {
    const text = renderPaths([path({ health_status: 'down', failed_direction: 'forward' })], plain, 61_000);
    expect(text).toContain('down (this way only)');
  });
});

describe('figures', () => {
  it('are scaled', () => {
    expect([formatRate(10_000_000), formatRate(2_500_000), formatRate(null)]).toEqual(['10 Mbit/s', '2.5 Mbit/s', '–']);
    expect([formatBytes(0), formatBytes(1536)]).toEqual(['0 B', '1.5 KiB']);
  });

  it('tell an age in its two largest units', () => {
    expect([5, 310, 10_920].map((seconds) => formatAge(0, seconds * 1000))).toEqual(['5 s', '5 min 10 s', '3 h 2 min']);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { eventCatalogue, eventFaults } from './event-catalogue.ts';

const online = { eventType: 'site_online', severity: 'info', message: 'Site hq is online', metadata: {} } as const;
const skew = { ...online, eventType: 'clock_skew', severity: 'warning', metadata: { skew_ms: 7_000 } } as const;

describe('an event', () => {
  it('that is as the catalogue has it, is without fault', () => {
    expect([...eventFaults(online), ...eventFaults(skew)]).toEqual([]);
  });

  it('with metadata that lack a field, have another or the wrong kind, is told with the field', () => {
    expect(eventFaults({ ...skew, metadata: {} })).toEqual([expect.stringContaining('skew_ms')]);
    expect(eventFaults({ ...skew, metadata: { skew_ms: 'far' } })).toEqual([
      'clock_skew metadata/skew_ms: must be number',
    ]);
    expect(eventFaults({ ...online, metadata: { since: 1 } })).not.toEqual([]);
  });

  it('of another severity, or of no known type, is told', () => {
    expect(eventFaults({ ...online, severity: 'error' })).toEqual(['site_online is never error']);
    expect(eventFaults({ ...online, eventType: 'eclipse' as 'site_online' })).toEqual([
      'eclipse is not in the catalogue',
    ]);
  });
});

test('docs/events.md lists the events that there are, in the order and the words of the catalogue', () => {
  const page = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8');
  const told = [...page.matchAll(/^\| `([a-z_]+)` +\| ([a-z, ]+?) +\| (.+?) +\| (.+?) +\|$/gm)];
  const kinds = Object.entries(eventCatalogue).map(([type, { severities, about, metadata }]) => [
    type,
    severities.join(', '),
    about,
    Object.keys(metadata.properties)
      .map((name) => `\`${name}\``)
      .join(' ') || '–',
  ]);
  expect(told.map((row) => row.slice(1))).toEqual(kinds);
});

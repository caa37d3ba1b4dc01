import { boundsOf, within, type Observations } from './observations.ts';
import type { ObservedEvent } from './ports.ts';
import type { EventPattern, Expectation } from './scenario.ts';
import type { Verdict } from './verdict.ts';

/** Whether the expected number of such events happened. */
export function checkEvent(expectation: Extract<Expectation, { check: 'event' }>, seen: Observations): Verdict {
  const span = boundsOf(seen, expectation);
  const events = seen.events.filter((event) => within(span, event.timestamp) && matches(event, expectation));
  const { min, max } = expectation;
  const holds = events.length >= min && (max === null || events.length <= max);
  const near = holds ? [] : seen.events.filter((event) => event.event_type === expectation.type);
  return {
    holds,
    expected: `${describeCount(min, max)} ${describePattern(expectation)}`,
    found: events.length > 0 || near.length === 0 ? describeEvents(events) : `none; but ${describeEvents(near)}`,
  };
}

/** Whether events happened one after the other, whatever happened in between. */
export function checkEventOrder(
  expectation: Extract<Expectation, { check: 'event_order' }>,
  seen: Observations,
): Verdict {
  let next = 0;
  for (const event of seen.events) {
    const pattern = expectation.events[next];
    if (pattern !== undefined && matches(event, pattern)) next++;
  }
  const missing = expectation.events[next];
  return {
    holds: missing === undefined,
    expected: expectation.events.map(describePattern).join(', then '),
    found: missing === undefined ? 'in this order' : `${describePattern(missing)} is missing there`,
  };
}

const matches = (event: ObservedEvent, pattern: EventPattern): boolean =>
  event.event_type === pattern.type &&
  (pattern.site === undefined || event.site === pattern.site) &&
  (pattern.cause === undefined || String(event.metadata['cause']).includes(pattern.cause)) &&
  (pattern.has ?? []).every((name) => (event.metadata[name] ?? null) !== null) &&
  contains(event.metadata, pattern.metadata ?? {});

/** Whether a value has everything that the wanted one has; lists must be of one length. */
function contains(value: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(value) && value.length === wanted.length && wanted.every((each, i) => contains(value[i], each))
    );
  }
  if (wanted === null || typeof wanted !== 'object') return value === wanted;
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(wanted).every(([key, each]) => contains((value as Record<string, unknown>)[key], each));
}

const describeCount = (min: number, max: number | null): string =>
  max === 0 ? 'no' : max === null ? `at least ${min}` : min === max ? String(min) : `${min} to ${max}`;

const describePattern = ({ type, site, cause, metadata }: EventPattern): string =>
  [
    type,
    site === undefined ? '' : `at ${site}`,
    cause === undefined ? '' : `for "${cause}"`,
    metadata === undefined ? '' : `(${describeMetadata(metadata)})`,
  ]
    .filter((part) => part !== '')
    .join(' ');

/** `policy voice, from mpls`: names and plain values, without brackets. */
const describeMetadata = (metadata: Readonly<Record<string, unknown>>): string =>
  Object.entries(metadata)
    .map(([name, value]) => `${name} ${plainText(value)}`)
    .join(', ');

const plainText = (value: unknown): string =>
  value !== null && typeof value === 'object' ? Object.values(value).map(plainText).join(' ') : String(value);

/** More would only fill the screen. */
const shownEvents = 2;

function describeEvents(events: readonly ObservedEvent[]): string {
  if (events.length === 0) return 'none';
  const shown = events.slice(0, shownEvents).map((event) => event.message);
  const more = events.length > shown.length ? ` and ${events.length - shown.length} more` : '';
  return `${events.length}: ${shown.join('; ')}${more}`;
}

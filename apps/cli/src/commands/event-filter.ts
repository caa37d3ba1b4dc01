import { InvalidArgumentError, type Command } from 'commander';
import type { Query } from '../api/api-client.ts';
import type { NetworkEvent } from '../api/resources.ts';
import { parseSince } from '../units.ts';

/** Which events somebody asks for. */
export interface EventFilter {
  readonly since?: number;
  readonly until?: number;
  readonly type?: string;
  readonly severity?: string;
  readonly site?: string;
  readonly unacknowledged?: boolean;
}

const severities = ['info', 'warning', 'error'];

function parseSeverities(text: string): string {
  const words = text.split(',').map((word) => word.trim());
  if (words.every((word) => severities.includes(word))) return words.join(',');
  throw new InvalidArgumentError(`Write one of ${severities.join(', ')}, or several with commas.`);
}

export const withEventFilter = (command: Command): Command =>
  command
    .option(
      '--since <time>',
      'only later ones: a duration back from now such as 1h, or a time such as 2026-01-31T08:00Z',
      parseSince,
    )
    .option('--until <time>', 'only earlier ones', parseSince)
    .option('--type <types>', 'only events of these types, such as failover,failback')
    .option('--severity <severities>', 'only these: info, warning, error', parseSeverities)
    .option('--site <site>', 'only events of this site')
    .option('--unacknowledged', 'only those that nobody took note of yet');

/** The filter as the API takes it. */
export const filterQuery = ({ since, until, type, severity, site, unacknowledged }: EventFilter): Query => ({
  since,
  until,
  type,
  severity,
  site,
  acknowledged: unacknowledged === true ? false : undefined,
});

/** Whether an event that has just happened is one of those asked for. */
export function fits(event: NetworkEvent, { type, severity, site, unacknowledged }: EventFilter): boolean {
  const isOneOf = (words: string | undefined, word: string): boolean =>
    words === undefined || words.split(',').some((each) => each.trim() === word);
  if (!isOneOf(type, event.event_type) || !isOneOf(severity, event.severity)) return false;
  if (unacknowledged === true && event.acknowledged_at !== null) return false;
  return site === undefined || event.site === site;
}

import { PatronusError } from '@patronus/core';
import type { Command } from 'commander';
import { ApiClient } from '../api/api-client.ts';
import { followEvents } from '../api/event-feed.ts';
import type { NetworkEvent } from '../api/resources.ts';
import { formatTime } from '../format.ts';
import { interrupted } from '../interrupt.ts';
import { painter, printLine, type Paint, type Style, type Terminal } from '../terminal.ts';
import { parseInteger } from '../units.ts';
import { answer, plural, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { filterQuery, fits, withEventFilter, type EventFilter } from './event-filter.ts';

interface EventOptions extends ApiOptions, EventFilter {
  readonly follow?: boolean;
  readonly limit: number;
}

interface AcknowledgeOptions extends ApiOptions, EventFilter {
  readonly all?: boolean;
}

/** Most events that the controller lists, and takes note of, at once. */
const pageSize = 1_000;
const acknowledgedAtOnce = 400;

export function addEvents(program: Command, terminal: Terminal): void {
  const events = program.command('events').description('what happened, as edges and controller saw it');
  withExamples(events, ['events', 'events --follow', 'events --since 1h --type failover --json']);

  const list = withEventFilter(
    withApiOptions(events.command('list', { isDefault: true }).description('recent events, oldest first')).option(
      '-f, --follow',
      'go on printing events as they happen, until Ctrl-C; with --json one event per line',
    ),
  ).option('--limit <count>', 'at most so many of the latest', parseInteger(1, 100_000), 50);
  withExamples(list, [
    'events',
    'events --follow --severity warning,error',
    'events --since 1h --type failover --json',
    'events --unacknowledged --severity error',
  ]).action((options: EventOptions) =>
    options.follow === true ? follow(terminal, options) : answer(terminal, options, recent(options), printAll),
  );

  const show = withApiOptions(events.command('show <id>').description('one of the recent events with its metadata'));
  withExamples(show, ['events show 4be0643f-1d98-573b-97cd-ca98a65347dd']).action((id: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.get<NetworkEvent>(`/events/${encodeURIComponent(id)}`),
      (event, paint) => `${line(event, paint)}${noted(event)}\n${JSON.stringify(event.metadata, null, 2)}`,
    ),
  );
  addAcknowledge(events, terminal);
}

const noted = ({ acknowledged_by: by, acknowledged_at: at }: NetworkEvent): string =>
  by === null ? '' : `\nacknowledged by ${by} at ${formatTime(at)}`;

function addAcknowledge(events: Command, terminal: Terminal): void {
  const acknowledge = withEventFilter(
    withApiOptions(
      events.command('acknowledge').description('take note of events, so that others see that somebody did'),
    )
      .argument('[ids...]', 'ids of events')
      .option('--all', 'all that the filter leaves and nobody took note of yet'),
  );
  withExamples(acknowledge, [
    'events acknowledge 4be0643f-1d98-573b-97cd-ca98a65347dd',
    'events acknowledge --all --severity warning --site berlin',
  ]).action(async (ids: readonly string[], options: AcknowledgeOptions) => {
    if ((ids.length === 0) === (options.all !== true)) {
      throw new PatronusError('invalid_input', 'name events by their ids, or say --all with a filter');
    }
    await answer(
      terminal,
      options,
      async (api) => ({ acknowledged: await takeNote(api, options.all === true ? await open(api, options) : ids) }),
      ({ acknowledged }) => `acknowledged ${plural(acknowledged, 'event')}`,
    );
  });
}

const open = async (api: ApiClient, filter: EventFilter): Promise<string[]> => {
  const query = { ...filterQuery({ ...filter, unacknowledged: true }), limit: pageSize };
  return (await api.list<NetworkEvent>('/events', query)).map(({ id }) => id);
};

async function takeNote(api: ApiClient, ids: readonly string[]): Promise<number> {
  let count = 0;
  for (let start = 0; start < ids.length; start += acknowledgedAtOnce) {
    const some = { ids: ids.slice(start, start + acknowledgedAtOnce) };
    count += (await api.post<{ acknowledged: number }>('/events/acknowledgements', some)).acknowledged;
  }
  return count;
}

const recent = (options: EventOptions) => async (api: ApiClient) => {
  const query = { ...filterQuery(options), limit: Math.min(options.limit, pageSize) };
  return (await api.list<NetworkEvent>('/events', query, options.limit)).toReversed();
};

const printAll = (events: readonly NetworkEvent[], paint: Paint): string =>
  events.length === 0 ? 'no events' : events.map((event) => line(event, paint)).join('\n');

async function follow(terminal: Terminal, options: EventOptions): Promise<void> {
  const api = new ApiClient(terminal, options);
  const paint = painter(terminal, terminal.stdout);
  const print = (event: NetworkEvent): void => {
    if (!fits(event, options)) return;
    printLine(terminal.stdout, options.json === true ? JSON.stringify(event) : line(event, paint));
  };
  const feed = followEvents(api, await recent(options)(api), {
    event: print,
    disconnected: () => printLine(terminal.stderr, `lost the controller at ${api.url}; trying again …`),
    connected: () => printLine(terminal.stderr, 'connected again'),
  });
  using interrupt = interrupted();
  await Promise.race([feed.closed, interrupt.first]);
  feed.close();
}

const severityStyle: Record<NetworkEvent['severity'], Style> = { info: 'dim', warning: 'yellow', error: 'red' };

/** The message, preceded by the site that tells it unless it names that itself. */
const withSite = ({ site, message }: NetworkEvent): string =>
  site === null || message.includes(site) ? message : `${site}: ${message}`;

const line = (event: NetworkEvent, paint: Paint): string =>
  [formatTime(event.timestamp), paint(severityStyle[event.severity], event.severity.padEnd(7)), withSite(event)].join(
    '  ',
  );

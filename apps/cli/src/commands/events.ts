import type { Command } from 'commander';
import { ApiClient } from '../api/api-client.ts';
import { followEvents } from '../api/event-feed.ts';
import type { NetworkEvent } from '../api/resources.ts';
import { formatTime } from '../format.ts';
import { interrupted } from '../interrupt.ts';
import { painter, printLine, type Paint, type Style, type Terminal } from '../terminal.ts';
import { parseInteger, parseSince } from '../units.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';

interface EventOptions extends ApiOptions {
  readonly follow?: boolean;
  readonly since?: number;
  readonly type?: string;
  readonly site?: string;
  readonly limit: number;
}

export function addEvents(program: Command, terminal: Terminal): void {
  const events = program.command('events').description('what happened, as edges and controller saw it');
  withExamples(events, ['events', 'events --follow', 'events --since 1h --type failover --json']);

  const list = withApiOptions(events.command('list', { isDefault: true }).description('recent events, oldest first'))
    .option('-f, --follow', 'go on printing events as they happen, until Ctrl-C; with --json one event per line')
    .option(
      '--since <time>',
      'only later ones: a duration back from now such as 1h, or a time such as 2026-01-31T08:00Z',
      parseSince,
    )
    .option('--type <type>', 'only events of this type, such as failover')
    .option('--site <site>', 'only events of this site')
    .option('--limit <count>', 'at most so many of the latest', parseInteger(1, 100_000), 50);
  withExamples(list, ['events', 'events --follow', 'events --since 1h --type failover --json']).action(
    (options: EventOptions) =>
      options.follow === true ? follow(terminal, options) : answer(terminal, options, recent(options), printAll),
  );

  const show = withApiOptions(events.command('show <id>').description('one of the recent events with its metadata'));
  withExamples(show, ['events show 4be0643f-1d98-573b-97cd-ca98a65347dd']).action((id: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.get<NetworkEvent>(`/events/${encodeURIComponent(id)}`),
      (event, paint) => `${line(event, paint)}\n${JSON.stringify(event.metadata, null, 2)}`,
    ),
  );
}

const recent = (options: EventOptions) => async (api: ApiClient) => {
  const { since, type, site, limit } = options;
  const newestFirst = await api.list<NetworkEvent>('/events', { since, type, site, limit }, limit);
  return newestFirst.toReversed();
};

const printAll = (events: readonly NetworkEvent[], paint: Paint): string =>
  events.length === 0 ? 'no events' : events.map((event) => line(event, paint)).join('\n');

async function follow(terminal: Terminal, options: EventOptions): Promise<void> {
  const api = new ApiClient(terminal, options);
  const paint = painter(terminal, terminal.stdout);
  const print = (event: NetworkEvent): void => {
    if (options.type !== undefined && event.event_type !== options.type) return;
    if (options.site !== undefined && event.site !== options.site) return;
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

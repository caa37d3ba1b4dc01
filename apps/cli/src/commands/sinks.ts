import type { Command } from 'commander';
import type { DeadLetter, EventSink, SinkTest } from '../api/sink-resources.ts';
import { QuietFailure } from '../exit.ts';
import { formatAge, formatCount, formatTime } from '../format.ts';
import { renderFacts, renderTable, type Column } from '../table.ts';
import type { Paint, Terminal } from '../terminal.ts';
import { parseInteger, repeatable } from '../units.ts';
import { answer, plural, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { sinkBody, withSinkFields, type SinkFlags } from './sink-input.ts';

type SinkOptions = ApiOptions & SinkFlags;

const pathOf = (sink: string): string => `/event-sinks/${encodeURIComponent(sink)}`;

export function addSinks(program: Command, terminal: Terminal): void {
  const sinks = program.command('sinks').description('webhooks, syslog servers and mail boxes that events are sent to');
  withExamples(sinks, [
    'sinks',
    'sinks create pager --webhook https://pager.example.net/hook --severity error',
    'sinks test pager',
    'sinks dead-letters pager',
  ]);
  addReading(sinks, terminal);
  addChanging(sinks, terminal);
  addOperations(sinks, terminal);
}

function addReading(sinks: Command, terminal: Terminal): void {
  const list = withApiOptions(sinks.command('list', { isDefault: true }).description('all sinks, and what waits'));
  withExamples(list, ['sinks', 'sinks --json']).action((options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.list<EventSink>('/event-sinks'),
      (rows, paint) => (rows.length === 0 ? 'no event sinks' : renderTable(columns(paint), rows)),
    ),
  );
  const show = withApiOptions(sinks.command('show <sink>').description('one sink, by name or id'));
  withExamples(show, ['sinks show pager']).action((sink: string, options: ApiOptions) =>
    answer(terminal, options, (api) => api.get<EventSink>(pathOf(sink)), describe),
  );
  const dead = withApiOptions(
    sinks.command('dead-letters <sink>').description('events that were given up, oldest first'),
  );
  withExamples(dead, ['sinks dead-letters pager', 'sinks redeliver pager']).action(
    (sink: string, options: ApiOptions) =>
      answer(
        terminal,
        options,
        (api) => api.list<DeadLetter>(`${pathOf(sink)}/dead-letters`),
        (rows) => (rows.length === 0 ? 'no events were given up' : renderTable(deadColumns, rows)),
      ),
  );
}

function addChanging(sinks: Command, terminal: Terminal): void {
  const create = withSinkFields(withApiOptions(sinks.command('create <name>').description('send events to a place')));
  withExamples(create, [
    'sinks create pager --webhook https://pager.example.net/hook --severity error',
    'sinks create log --syslog tls://logs.example.net --site hq --site branch',
    'sinks create mail --email ops@example.net --from patronus@example.net --smtp smtp://mail.example.net \\\n      --username patronus --password-file /etc/patronus/smtp-password --type site_offline,policy_unserved',
  ]).action(async (name: string, options: SinkOptions) => {
    const body = { name, ...sinkBody(terminal, options) };
    await answer(
      terminal,
      options,
      (api) => api.post<EventSink>('/event-sinks', body),
      (sink) => [`created ${sink.name}`, ...secretLines(sink)].join('\n'),
    );
  });

  const update = withSinkFields(withApiOptions(sinks.command('update <sink>').description('change a sink')))
    .option('--name <name>', 'new name')
    .option('--enable', 'send events to it again')
    .option('--disable', 'send none; what waits is kept');
  withExamples(update, ['sinks update pager --severity warning,error', 'sinks update pager --disable']).action(
    async (sink: string, options: SinkOptions & { name?: string }) => {
      const body = { ...(options.name === undefined ? {} : { name: options.name }), ...sinkBody(terminal, options) };
      await answer(
        terminal,
        options,
        (api) => api.patch<EventSink>(pathOf(sink), body),
        (updated) => `updated ${updated.name}`,
      );
    },
  );

  const remove = withApiOptions(sinks.command('delete <sink>').description('delete a sink, and what waits for it'));
  withExamples(remove, ['sinks delete pager']).action((sink: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.delete(pathOf(sink)),
      () => `deleted ${sink}`,
    ),
  );
}

function addOperations(sinks: Command, terminal: Terminal): void {
  const test = withApiOptions(sinks.command('test <sink>').description('send an event of type "test" now'));
  withExamples(test, ['sinks test pager']).action(async (sink: string, options: ApiOptions) => {
    let isDelivered = false;
    await answer(
      terminal,
      options,
      async (api) => {
        const result = await api.post<SinkTest>(`${pathOf(sink)}/test`);
        isDelivered = result.delivered;
        return result;
      },
      ({ delivered, duration_ms: ms, error }) => (delivered ? `delivered in ${ms} ms` : `not delivered: ${error}`),
    );
    if (!isDelivered) throw new QuietFailure();
  });

  const renew = withApiOptions(sinks.command('renew-secret <sink>').description('a new key for a webhook'));
  withExamples(renew, ['sinks renew-secret pager']).action((sink: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.post<EventSink>(`${pathOf(sink)}/secret`),
      (renewed) => secretLines(renewed).join('\n'),
    ),
  );

  const redeliver = withApiOptions(
    sinks.command('redeliver <sink>').description('send events that were given up again'),
  ).option(
    '--id <id>',
    'only this one, as dead-letters shows it; repeat for more',
    repeatable(parseInteger(1, 2 ** 53)),
  );
  withExamples(redeliver, ['sinks redeliver pager', 'sinks redeliver pager --id 17']).action(
    (sink: string, options: ApiOptions & { id?: readonly number[] }) =>
      answer(
        terminal,
        options,
        (api) =>
          api.post<{ redelivered: number }>(`${pathOf(sink)}/redeliveries`, options.id ? { ids: options.id } : {}),
        ({ redelivered }) => `${plural(redelivered, 'event')} will be sent again`,
      ),
  );
}

const secretLines = ({ name, secret }: EventSink): string[] =>
  secret === null || secret === undefined
    ? []
    : [`key that signs what ${name} gets; it is shown only now:`, '', `  ${secret}`];

const placeOf = ({ webhook, syslog, email }: EventSink): string =>
  webhook?.url ?? syslog?.url ?? email?.to.join(' ') ?? '';

const wants = ({ filter }: EventSink): string =>
  Object.values(filter)
    .map((words) => words.join(','))
    .join(' ') || 'everything';

function stateOf(sink: EventSink, paint: Paint): string {
  if (!sink.enabled) return paint('dim', 'disabled');
  return sink.last_error === null ? paint('green', 'ok') : paint('red', 'failing');
}

const columns = (paint: Paint): Column<EventSink>[] => [
  { title: 'NAME', cell: (sink) => sink.name },
  { title: 'KIND', cell: (sink) => sink.kind },
  { title: 'STATE', cell: (sink) => stateOf(sink, paint) },
  { title: 'QUEUED', align: 'right', cell: (sink) => formatCount(sink.queued) },
  { title: 'GIVEN UP', align: 'right', cell: (sink) => formatCount(sink.dead) },
  { title: 'WANTS', cell: wants },
  { title: 'PLACE', cell: placeOf },
];

const deadColumns: Column<DeadLetter>[] = [
  { title: 'ID', align: 'right', cell: (letter) => String(letter.id) },
  { title: 'TIME', cell: (letter) => formatTime(letter.event.timestamp) },
  { title: 'TRIES', align: 'right', cell: (letter) => String(letter.attempts) },
  { title: 'LAST ERROR', cell: (letter) => letter.last_error ?? '' },
  { title: 'EVENT', cell: (letter) => letter.event.message },
];

const describe = (sink: EventSink, paint: Paint): string =>
  renderFacts([
    ['name', sink.name],
    ['id', sink.id],
    ['kind', sink.kind],
    ['place', placeOf(sink)],
    ['wants', wants(sink)],
    ['state', stateOf(sink, paint) + (sink.last_error === null ? '' : `: ${sink.last_error}`)],
    ['queued', formatCount(sink.queued)],
    ['given up', formatCount(sink.dead)],
    ['delivered', sink.last_success_at === null ? 'never' : `${formatAge(sink.last_success_at, Date.now())} ago`],
  ]);

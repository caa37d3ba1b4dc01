import type { Command } from 'commander';
import type { QosClass, QosLine } from '../api/resources.ts';
import { formatBytes, formatCount, formatMs, formatPercent, formatRate, unknownFigure } from '../format.ts';
import { renderTable, type Column } from '../table.ts';
import type { Paint, Terminal } from '../terminal.ts';
import { orNone, parseDscp, parseInteger, parsePercent, repeatable, type None } from '../units.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { requestBody, type Body } from './body-file.ts';

interface ClassOptions extends ApiOptions {
  readonly file?: string;
  readonly guarantee?: number;
  readonly ceiling?: number;
  readonly priority?: number;
  readonly trustDscp?: readonly number[];
  readonly trust?: boolean;
  readonly setDscp?: number | None;
}

interface Items<T> {
  readonly items: readonly T[];
}

export function addQos(program: Command, terminal: Terminal): void {
  const qos = program
    .command('qos')
    .description('how packets share a line that is full: queues of uplinks, and classes');
  withExamples(qos, ['qos', 'qos classes', 'qos create video --guarantee 10% --priority 1', 'qos delete video']);

  const lines = withApiOptions(
    qos.command('lines', { isDefault: true }).description('the queues of each uplink that is shaped or policed'),
  );
  withExamples(lines, ['qos', 'qos lines --json']).action((options: ApiOptions) =>
    answer(
      terminal,
      options,
      async (api) => (await api.get<Items<QosLine>>('/qos-lines')).items,
      (rows, paint) => (rows.length === 0 ? noLines : renderLines(rows, paint)),
    ),
  );

  const classes = withApiOptions(qos.command('classes').description('the classes of service, first served first'));
  withExamples(classes, ['qos classes', 'qos classes --json']).action((options: ApiOptions) =>
    answer(
      terminal,
      options,
      async (api) => (await api.get<Items<QosClass>>('/qos-classes')).items,
      (rows) => renderTable(classColumns, rows),
    ),
  );
  addClassChanges(qos, terminal);
}

function addClassChanges(qos: Command, terminal: Terminal): void {
  const create = withFields(withApiOptions(qos.command('create [name]').description('add a class')));
  withExamples(create, ['qos create video --guarantee 10% --ceiling 60% --priority 1 --trust-dscp 50']).action(
    async (name: string | undefined, options: ClassOptions) => {
      const body = await requestBody(terminal, options.file, { name, ...fieldsOf(options) });
      await answer(
        terminal,
        options,
        (api) => api.post<QosClass>('/qos-classes', body),
        (made) => `created class ${made.name}`,
      );
    },
  );

  const update = withFields(withApiOptions(qos.command('update <class>').description('change fields of a class')));
  withExamples(update, ['qos update bulk --ceiling 80%', 'qos update realtime --set-dscp ef']).action(
    async (name: string, options: ClassOptions) => {
      const body = await requestBody(terminal, options.file, fieldsOf(options));
      await answer(
        terminal,
        options,
        async (api) => {
          const { version } = await api.get<QosClass>(classPath(name));
          return await api.patch<QosClass>(classPath(name), body, version);
        },
        (changed) => `updated class ${changed.name}`,
      );
    },
  );

  const remove = withApiOptions(qos.command('delete <class>').description('delete a class that no policy names'));
  withExamples(remove, ['qos delete video']).action((name: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.delete<unknown>(classPath(name)),
      () => `deleted class ${name}`,
    ),
  );
}

const classPath = (name: string): string => `/qos-classes/${encodeURIComponent(name)}`;

const withFields = (command: Command): Command =>
  command
    .option('--guarantee <share>', 'what it gets of a full line, such as 20%', parsePercent)
    .option('--ceiling <share>', 'the most it gets, also of an idle line', parsePercent)
    .option('--priority <number>', '0 to 7; what is left goes to the lowest first', parseInteger(0, 7))
    .option('--trust-dscp <values>', 'DSCP that lead here what no policy gives a class', repeatable(parseDscp))
    .option('--no-trust', 'no DSCP leads here')
    .option('--set-dscp <value>', 'the DSCP that its packets leave with; "none" leaves theirs alone', orNone(parseDscp))
    .option('--file <file>', 'take the fields from JSON or YAML ("-" is standard input)');

const fieldsOf = (options: ClassOptions): Body => ({
  guarantee_percent: options.guarantee,
  ceiling_percent: options.ceiling,
  priority: options.priority,
  trust_dscp: options.trust === false ? [] : options.trustDscp,
  set_dscp: options.setDscp,
});

const classColumns: readonly Column<QosClass>[] = [
  { title: 'CLASS', cell: ({ name, is_default: isDefault }) => (isDefault ? `${name} (what is left)` : name) },
  { title: 'GUARANTEE', align: 'right', cell: (each) => formatPercent(each.guarantee_percent) },
  { title: 'CEILING', align: 'right', cell: (each) => formatPercent(each.ceiling_percent) },
  { title: 'PRIORITY', align: 'right', cell: ({ priority }) => String(priority) },
  { title: 'TRUSTS DSCP', cell: (each) => each.trust_dscp.join(', ') || unknownFigure },
  { title: 'SETS DSCP', align: 'right', cell: ({ set_dscp: dscp }) => (dscp === null ? unknownFigure : String(dscp)) },
];

const noLines = 'no uplink is shaped; set one with "patronus endpoints update SITE/LABEL --up 20mbit --shaping fixed"';

/** A row for each class of each line. */
interface Row {
  readonly line: QosLine;
  readonly queue: QosLine['classes'][number] | null;
}

function renderLines(lines: readonly QosLine[], paint: Paint): string {
  const rows = lines.flatMap((line): Row[] =>
    line.classes.length === 0 ? [{ line, queue: null }] : line.classes.map((queue) => ({ line, queue })),
  );
  const problems = lines.flatMap(({ site, label, problem }) =>
    problem === null ? [] : [`${paint('red', `${site}/${label}`)}: ${problem}`],
  );
  return [renderTable(lineColumns, rows), ...problems].join('\n');
}

const figure =
  (read: (queue: NonNullable<Row['queue']>) => string) =>
  ({ queue }: Row): string =>
    queue === null ? unknownFigure : read(queue);

const lineColumns: readonly Column<Row>[] = [
  { title: 'UPLINK', cell: ({ line }) => `${line.site}/${line.label}` },
  { title: 'RATE', align: 'right', cell: ({ line }) => formatRate(line.rate_bps) },
  { title: 'QUEUE', cell: ({ line }) => line.queue ?? unknownFigure },
  { title: 'CLASS', cell: figure((queue) => queue.class) },
  { title: 'PACKETS', align: 'right', cell: figure(({ packets }) => formatCount(packets)) },
  { title: 'BYTES', align: 'right', cell: figure(({ bytes }) => formatBytes(bytes)) },
  { title: 'DROPS', align: 'right', cell: figure(({ drops }) => formatCount(drops)) },
  { title: 'WAITING', align: 'right', cell: figure((queue) => formatBytes(queue.backlog_bytes)) },
  { title: 'DELAY', align: 'right', cell: figure((queue) => formatMs(queue.delay_ms)) },
];

import { InvalidArgumentError, type Command } from 'commander';
import { ApiClient, type Query } from '../api/api-client.ts';
import type { AuditEntry, AuditVerification } from '../api/resources.ts';
import { QuietFailure } from '../exit.ts';
import { formatTime, unknownFigure } from '../format.ts';
import { withProgress } from '../progress.ts';
import { renderTable, type Column } from '../table.ts';
import { printJson, printLine, type Terminal } from '../terminal.ts';
import { parseInteger, parseSince } from '../units.ts';
import { answer, plural, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';

interface FilterOptions extends ApiOptions {
  readonly since?: number;
  readonly action?: string;
  readonly actor?: string;
  readonly target?: string;
  readonly result?: string;
}

interface ListOptions extends FilterOptions {
  readonly limit: number;
}

interface VerifyOptions extends ApiOptions {
  readonly known?: { readonly sequence: number; readonly hash: string };
}

/** The controller walks every row before it answers; `fetch` waits no longer than this for the answer to begin. */
const verifyTimeoutMs = 5 * 60_000;
/** Rows of one request; their details may have 16 KiB each. */
const exportPageSize = 500;

export function addAudit(program: Command, terminal: Terminal): void {
  const audit = program.command('audit').description('who did what, from where, and proof that nobody changed it');
  withExamples(audit, ['audit', 'audit verify', 'audit export > audit.jsonl']);
  addList(audit, terminal);
  addVerify(audit, terminal);
  addExport(audit, terminal);
}

function addList(audit: Command, terminal: Terminal): void {
  const list = withFilters(
    withApiOptions(audit.command('list', { isDefault: true }).description('recent rows, oldest first')),
  ).option('--limit <count>', 'at most so many of the latest', parseInteger(1, 100_000), 50);
  withExamples(list, [
    'audit',
    'audit list --since 1d --action sign_in,sign_in_failed',
    'audit list --target berlin --json',
  ]).action((options: ListOptions) =>
    answer(
      terminal,
      options,
      async (api) => {
        const query = { ...filterOf(options), limit: Math.min(options.limit, 1_000) };
        return (await api.list<AuditEntry>('/audit', query, options.limit)).toReversed();
      },
      (rows) => (rows.length === 0 ? 'no rows' : renderTable(columns, rows)),
    ),
  );
}

function addVerify(audit: Command, terminal: Terminal): void {
  const verify = withApiOptions(
    audit.command('verify').description('walk the whole log; exit code 1 and the first bad row if it was changed'),
  ).option('--known <row:hash>', 'also hold it against a row that was noted earlier', parseKnown);
  withExamples(verify, ['audit verify', `audit verify --known 41:${'3f9c2a7b'.repeat(8)}`]).action(
    async (options: VerifyOptions) => {
      const api = new ApiClient(terminal, options);
      const query = { known_sequence: options.known?.sequence, known_hash: options.known?.hash };
      const found = await withProgress(terminal, 'walking the audit log', () =>
        api.get<AuditVerification>('/audit/verification', query, verifyTimeoutMs),
      );
      if (options.json === true) printJson(terminal, found);
      else printLine(terminal.stdout, verdict(found));
      if (!found.valid) throw new QuietFailure();
    },
  );
}

function addExport(audit: Command, terminal: Terminal): void {
  const write = withFilters(
    audit
      .command('export')
      .description('all rows as JSON, one per line, oldest first')
      .option('--url <url>', 'address of the controller (PATRONUS_URL)')
      .option('--data <dir>', 'data directory of a controller on this machine (PATRONUS_DATA)'),
  );
  withExamples(write, ['audit export > audit.jsonl', 'audit export --since 24h | gzip > yesterday.jsonl.gz']).action(
    async (options: FilterOptions) => {
      const api = new ApiClient(terminal, options);
      const query = { ...filterOf(options), order: 'oldest', limit: exportPageSize };
      for await (const rows of api.pages<AuditEntry>('/audit', query)) {
        for (const row of rows) printLine(terminal.stdout, JSON.stringify(row));
      }
    },
  );
}

const withFilters = (command: Command): Command =>
  command
    .option(
      '--since <time>',
      'only later ones: a duration back from now such as 1h, or a time such as 2026-01-31T08:00Z',
      parseSince,
    )
    .option('--action <actions>', 'only these, such as site_deleted or sign_in,sign_in_failed')
    .option('--actor <name>', 'only by this user or edge, by name or id')
    .option('--target <name>', 'only about this object, by name or id')
    .option('--result <result>', 'only success, refused or failed');

const filterOf = ({ since, action, actor, target, result }: FilterOptions): Query => ({
  since,
  action,
  actor,
  target,
  result,
});

function parseKnown(text: string): { sequence: number; hash: string } {
  const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (sequence !== undefined && hash !== undefined) return { sequence: Number(sequence), hash };
  throw new InvalidArgumentError('Write ROW:HASH, as an earlier "patronus audit verify" printed it.');
}

const columns: readonly Column<AuditEntry>[] = [
  { title: 'ROW', align: 'right', cell: (row) => String(row.sequence) },
  { title: 'TIME', cell: (row) => formatTime(row.time) },
  { title: 'ACTOR', cell: (row) => row.actor },
  { title: 'ADDRESS', cell: (row) => row.address ?? unknownFigure },
  { title: 'ACTION', cell: (row) => row.action },
  { title: 'TARGET', cell: (row) => row.target ?? unknownFigure },
  { title: 'RESULT', cell: (row) => row.result },
];

function verdict({ fault, removed, rows, anchors, erased, last }: AuditVerification): string {
  if (fault !== null) {
    return `the audit log was changed: ${fault.message}; ${plural(rows, 'row')} before it ${rows === 1 ? 'is' : 'are'} whole`;
  }
  const older = removed === 0 ? '' : `; ${plural(removed, 'older row')} went when their time was over`;
  const taken = erased === 0 ? '' : `; personal data were erased from ${plural(erased, 'row')}`;
  const told = `the audit log is whole: ${plural(rows, 'row')}, ${plural(anchors, 'signed anchor')}${older}${taken}`;
  return rows === 0 ? told : `${told}\nlast row ${last.sequence}:${last.hash}`;
}

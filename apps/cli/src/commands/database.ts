import { resolve } from 'node:path';
import type { ControllerSettings } from '@patronus/controller';
import type { Command } from 'commander';
import { QuietFailure } from '../exit.ts';
import { formatBytes, formatCount } from '../format.ts';
import { withProgress } from '../progress.ts';
import { renderFacts, renderTable } from '../table.ts';
import { printJson, printLine, type Terminal } from '../terminal.ts';
import { plural, withExamples } from './api-command.ts';
import { controllerSettings } from './controller.ts';
import { backUp, restore } from './database-copies.ts';

interface DatabaseOptions {
  readonly data?: string;
  readonly config?: string;
  readonly json?: boolean;
}

export function addDatabase(program: Command, terminal: Terminal): void {
  const database = program.command('db').description('the database of a controller on this machine');
  withExamples(database, [
    'db check',
    'db backup /srv/backup/patronus.db',
    'db move --to postgres://patronus@db/patronus',
  ]);
  addCheck(database, terminal);
  addBackup(database, terminal);
  addRestore(database, terminal);
  addMigrate(database, terminal);
  addMove(database, terminal);
}

const withDatabaseOptions = (command: Command): Command =>
  command
    .option('--data <dir>', 'data directory of the controller (PATRONUS_DATA)')
    .option('--config <file>', 'its settings file; the database is that of PATRONUS_DATABASE_URL or the file');

const tools = async () => (await import('@patronus/controller')).databaseTools;
const settingsOf = (terminal: Terminal, options: DatabaseOptions): Promise<ControllerSettings> =>
  controllerSettings(terminal, options);

function addCheck(database: Command, terminal: Terminal): void {
  const check = withDatabaseOptions(
    database
      .command('check')
      .description('look through all of it, while the controller runs or not; exit code 1 if it is not sound'),
  ).option('--json', 'print the answer as JSON');
  withExamples(check, ['db check', 'db check --json']).action(async (options: DatabaseOptions) => {
    const { checkDatabase } = await tools();
    const settings = await settingsOf(terminal, options);
    const found = await withProgress(terminal, 'looking through the database', () => checkDatabase(settings));
    if (options.json === true) printJson(terminal, found);
    else {
      const { place, software, sizeBytes, missingMigrations, audit, problems } = found;
      const facts = [
        ['database', `${place}, ${formatBytes(sizeBytes)}, ${software}`],
        ['tables', missingMigrations.length === 0 ? 'up to date' : `lack ${missingMigrations.join(', ')}`],
        ['audit log', auditText(audit)],
        ['verdict', problems.length === 0 ? 'sound' : problems.join('\n')],
      ] as const;
      printLine(terminal.stdout, renderFacts(facts.map(([name, value]) => [name, value])));
    }
    if (found.problems.length > 0) throw new QuietFailure();
  });
}

type Audit = { readonly valid: boolean; readonly rows: number; readonly fault: { readonly message: string } | null };

const auditText = (audit: Audit | null): string => {
  if (audit === null) return 'not verified: the data directory has no key for it, or there are no tables yet';
  return audit.fault === null ? `whole, ${plural(audit.rows, 'row')}` : `was changed: ${audit.fault.message}`;
};

function addBackup(database: Command, terminal: Terminal): void {
  const backup = withDatabaseOptions(
    database
      .command('backup')
      .argument('<file>', 'where to write it; it must not be there yet')
      .description('a copy of the database as it is now, while the controller runs or not'),
  );
  withExamples(backup, ['db backup /srv/backup/patronus-monday.db']).action(
    async (file: string, options: DatabaseOptions) => {
      const settings = await settingsOf(terminal, options);
      const to = resolve(terminal.cwd, file);
      await withProgress(terminal, 'copying the database', () => backUp(settings, to));
      printLine(
        terminal.stdout,
        `copied to ${to}; keep it with the keys in ${settings.dataDir} (ca.key, ca.crt, secret.key)`,
      );
    },
  );
}

function addRestore(database: Command, terminal: Terminal): void {
  const command = withDatabaseOptions(
    database
      .command('restore')
      .argument('<file>', 'what "db backup" wrote')
      .description('put a copy in the place of the database; the controller must be stopped'),
  );
  withExamples(command, ['db restore /srv/backup/patronus-monday.db']).action(
    async (file: string, options: DatabaseOptions) => {
      const settings = await settingsOf(terminal, options);
      const from = resolve(terminal.cwd, file);
      const kept = await withProgress(terminal, 'restoring the database', () => restore(settings, from));
      printLine(terminal.stdout, `restored from ${from}${kept === null ? '' : `; what was there is kept as ${kept}`}`);
    },
  );
}

function addMigrate(database: Command, terminal: Terminal): void {
  const migrate = withDatabaseOptions(
    database
      .command('migrate')
      .description('bring the tables up to date without starting the controller, which does so by itself'),
  );
  withExamples(migrate, ['db migrate']).action(async (options: DatabaseOptions) => {
    const { migrateDatabase } = await tools();
    const settings = await settingsOf(terminal, options);
    const done = await withProgress(terminal, 'bringing the tables up to date', () => migrateDatabase(settings));
    printLine(
      terminal.stdout,
      done.length === 0 ? 'the tables are up to date' : `brought up to date: ${done.join(', ')}`,
    );
  });
}

function addMove(database: Command, terminal: Terminal): void {
  const move = withDatabaseOptions(
    database
      .command('move')
      .requiredOption(
        '--to <url>',
        'an empty database, postgres://USER@HOST:PORT/NAME; the password best in PGPASSWORD',
      )
      .description('copy everything from SQLite to PostgreSQL; the controller must be stopped'),
  ).option('--json', 'print the answer as JSON');
  withExamples(move, ['db move --to postgres://patronus@db.example.net/patronus']).action(
    async (options: DatabaseOptions & { readonly to: string }) => {
      const { moveDatabase } = await tools();
      const settings = await settingsOf(terminal, options);
      const moved = await withProgress(terminal, 'moving the database', () => moveDatabase(settings, options.to));
      if (options.json === true) printJson(terminal, moved);
      else {
        const columns = [
          { title: 'TABLE', cell: ({ name }: { name: string }) => name },
          { title: 'ROWS', align: 'right', cell: ({ rows }: { rows: number }) => formatCount(rows) },
        ] as const;
        printLine(
          terminal.stdout,
          renderTable(
            columns,
            moved.tables.filter(({ rows }) => rows > 0),
          ),
        );
        printLine(terminal.stdout, `\nmoved to ${moved.to}; the audit log there: ${auditText(moved.audit)}`);
        printLine(terminal.stdout, `start the controller with PATRONUS_DATABASE_URL; ${moved.from} is as it was`);
      }
      if (moved.audit?.valid === false) throw new QuietFailure();
    },
  );
}

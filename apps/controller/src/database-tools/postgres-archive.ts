import { PatronusError } from '@patronus/core';
import { refuseNewer } from '../database/migrate.ts';
import { isPostgresUrl } from '../database/open-database.ts';
import { databaseUrl, type ControllerSettings } from '../settings.ts';

/** A program of PostgreSQL with its arguments, and with the password where no other user of the machine sees it. */
export interface PostgresCommand {
  readonly tool: 'pg_dump' | 'pg_restore';
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Writes the database as it is at one moment into a file, while a controller may go on writing. */
export const dumpCommand = (settings: ControllerSettings, to: string): PostgresCommand => {
  const { url, env } = withoutPassword(settings);
  return { tool: 'pg_dump', args: ['--format=custom', '--no-owner', `--file=${to}`, `--dbname=${url}`], env };
};

/** Replaces all tables by those of a file: all or nothing. */
export const restoreCommand = (settings: ControllerSettings, from: string): PostgresCommand => {
  const { url, env } = withoutPassword(settings);
  const all = ['--clean', '--if-exists', '--no-owner', '--single-transaction', '--exit-on-error'];
  return { tool: 'pg_restore', args: [...all, `--dbname=${url}`, from], env };
};

/** Prints the migrations that the database in a file has, for {@link refuseForeignArchive}. */
export const listCommand = (from: string): PostgresCommand => ({
  tool: 'pg_restore',
  args: ['--data-only', '--table=kysely_migration', '--file=-', from],
  env: {},
});

/** Errors: `invalid_input` for a file without the tables of Patronus, `database_newer` for one of a newer version. */
export function refuseForeignArchive(file: string, listed: string): void {
  const [, rows = ''] = /^COPY [^\n]*kysely_migration [^\n]*\n(.*?)^\\\.$/ms.exec(listed) ?? [];
  const applied = rows.split('\n').flatMap((line) => line.split('\t')[0] || []);
  if (applied.length === 0) throw new PatronusError('invalid_input', `${file} is not a back-up of a Patronus database`);
  refuseNewer(file, applied);
}

export const usesPostgres = (settings: ControllerSettings): boolean => isPostgresUrl(databaseUrl(settings));

function withoutPassword(settings: ControllerSettings): { url: string; env: Record<string, string> } {
  const url = new URL(databaseUrl(settings));
  const password = decodeURIComponent(url.password);
  url.password = '';
  return { url: url.href, env: password === '' ? {} : { PGPASSWORD: password } };
}

import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { ControllerSettings } from '@patronus/controller';
import { PatronusError } from '@patronus/core';

/** Gigabytes are copied in minutes; a program that hangs is found out before the next night's back-up. */
const copyTimeoutMs = 6 * 3_600_000;

/** Copies the database to a file: SQLite by its own back-up, PostgreSQL by `pg_dump`. Errors: `conflict`, `missing_tool`. */
export async function backUp(settings: ControllerSettings, to: string): Promise<void> {
  const { databaseTools } = await import('@patronus/controller');
  if (!databaseTools.usesPostgres(settings)) return await databaseTools.backUpSqlite(settings, to);
  if (existsSync(to)) throw new PatronusError('conflict', `${to} is there already; choose another name`);
  const partial = `${to}.partial`;
  try {
    // pg_dump keeps the mode of a file that is there.
    writeFileSync(partial, '', { mode: 0o600, flag: 'wx' });
    await run(databaseTools.dumpCommand(settings, partial));
    renameSync(partial, to);
  } finally {
    rmSync(partial, { force: true });
  }
}

/**
 * Puts such a copy in the place of the database; answers where the one that was there is kept, if it is. Errors: `conflict`
 * while a controller runs on the data directory, `invalid_input` and `database_newer` for what is no copy of ours.
 */
export async function restore(settings: ControllerSettings, from: string): Promise<string | null> {
  const { databaseTools } = await import('@patronus/controller');
  if (!databaseTools.usesPostgres(settings)) return await databaseTools.restoreSqlite(settings, from);
  if (!existsSync(from)) throw new PatronusError('not_found', `there is no file ${from}`);
  using _ = databaseTools.holdDataDirectory(settings);
  databaseTools.refuseForeignArchive(from, await run(databaseTools.listCommand(from)));
  await run(databaseTools.restoreCommand(settings, from));
  return null;
}

interface PostgresCommand {
  readonly tool: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

async function run(command: PostgresCommand): Promise<string> {
  const { SystemCommandRunner } = await import('@patronus/linux');
  return await new SystemCommandRunner().run({ ...command, timeoutMs: copyTimeoutMs });
}

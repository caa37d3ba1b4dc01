import { messageOf, PatronusError } from '@patronus/core';
import { Migrator, type MigratorProps } from 'kysely/migration';
import { migrations } from './migrations/index.ts';

/**
 * Brings the tables up to date; answers the names of the migrations that were needed. Errors: `internal` naming the one that
 * failed, all of whose work is taken back; what the database itself refuses as a PatronusError stays as it is.
 */
export async function migrate(db: MigratorProps['db']): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error instanceof PatronusError) throw error;
  if (error === undefined) return (results ?? []).map(({ migrationName }) => migrationName);
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'the first';
  throw new PatronusError('internal', `database migration ${failed} failed and was rolled back: ${messageOf(error)}`, {
    cause: error,
  });
}

/** Those of this program that a database does not have yet. */
export const missingMigrations = (applied: readonly string[]): string[] =>
  Object.keys(migrations).filter((name) => !applied.includes(name));

/** Errors: `database_newer` when the database knows a migration that this program does not. */
export function refuseNewer(place: string, applied: readonly string[]): void {
  const unknown = applied.filter((name) => !(name in migrations));
  if (unknown.length === 0) return;
  throw new PatronusError(
    'database_newer',
    `${place} was written by a newer version of Patronus (it has ${unknown.join(', ')}); ` +
      'start that version, or restore a back-up made by this one. Nothing of it was changed',
    { facts: { place, unknown } },
  );
}

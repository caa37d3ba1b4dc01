import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@patronus/core';
import { Kysely, sql, SqliteDialect } from 'kysely';
import { AuditLog } from '../audit/index.ts';
import { missingMigrations, refuseNewer } from '../database/migrate.ts';
import { isPostgresUrl } from '../database/open-database.ts';
import { appliedToPostgres, connectPostgres } from '../database/open-postgres.ts';
import { appliedToFile, readSqlite } from '../database/open-sqlite.ts';
import { placeOf } from '../database/postgres-connections.ts';
import type { Database, Db } from '../database/schema.ts';
import { Store } from '../database/store.ts';
import { CertificateAuthority } from '../gateway/certificate-authority.ts';
import { AuditService, type AuditVerification } from '../services/audit-service.ts';
import { databaseUrl, type ControllerSettings } from '../settings.ts';
import { databasePlace, existingSqliteFile } from './migrate-database.ts';

/** What was found; nothing is wrong where `problems` is empty. */
export interface DatabaseCheck {
  readonly place: string;
  /** Name and version of the software that keeps it. */
  readonly software: string;
  readonly sizeBytes: number;
  /** Migrations that the next start of the controller runs. */
  readonly missingMigrations: readonly string[];
  /** Null where it cannot be verified: no tables yet, or no key in the data directory. */
  readonly audit: AuditVerification | null;
  /** One sentence each. */
  readonly problems: readonly string[];
}

/**
 * Looks through the whole database, which a controller may be using meanwhile: with SQLite every page, index and reference, with
 * PostgreSQL what its server vouches for; with both the audit log. Changes nothing. Errors: those of opening it.
 */
export async function checkDatabase(settings: ControllerSettings): Promise<DatabaseCheck> {
  const url = databaseUrl(settings);
  const found = isPostgresUrl(url) ? await checkPostgres(settings, url) : await checkSqlite(settings);
  const fault = found.audit?.fault;
  const auditProblem = fault === null || fault === undefined ? [] : [`the audit log was changed: ${fault.message}`];
  return { place: databasePlace(settings), ...found, problems: [...found.problems, ...auditProblem] };
}

type Found = Omit<DatabaseCheck, 'place'>;

async function checkSqlite(settings: ControllerSettings): Promise<Found> {
  const file = existingSqliteFile(settings);
  const applied = await appliedToFile(file);
  refuseNewer(file, applied);
  return await readSqlite(file, async (sqlite) => {
    const integrity = sqlite.pragma('integrity_check') as { integrity_check: string }[];
    const broken = integrity.map((row) => row.integrity_check).filter((text) => text !== 'ok');
    const dangling = (sqlite.pragma('foreign_key_check') as { table: string }[]).map(
      ({ table }) => `a row of ${table} refers to what is not there`,
    );
    const [pages, pageSize] = ['page_count', 'page_size'].map(
      (name) => sqlite.pragma(name, { simple: true }) as number,
    );
    const version = sqlite.prepare<[], { version: string }>('SELECT sqlite_version() AS version').get()!.version;
    const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: sqlite }) });
    return {
      software: `SQLite ${version}`,
      sizeBytes: pages! * pageSize!,
      missingMigrations: missingMigrations(applied),
      // A broken file may make no sense of its rows at all.
      audit: broken.length > 0 ? null : await verifyAudit(settings, db, applied),
      problems: [...broken, ...dangling],
    };
  });
}

async function checkPostgres(settings: ControllerSettings, url: string): Promise<Found> {
  const db = connectPostgres(url);
  try {
    const applied = await appliedToPostgres(db, placeOf(url));
    const { rows } = await sql<{ version: string; size: number }>`
      SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS size`.execute(db);
    const unproven = await sql<{ table: string }>`
      SELECT conrelid::regclass::text AS "table" FROM pg_constraint WHERE NOT convalidated`.execute(db);
    return {
      software: `PostgreSQL ${rows[0]!.version}`,
      sizeBytes: rows[0]!.size,
      missingMigrations: missingMigrations(applied),
      audit: await verifyAudit(settings, db, applied),
      problems: unproven.rows.map(({ table }) => `a rule of ${table} was never checked for all its rows`),
    };
  } finally {
    await db.destroy();
  }
}

/** Null where there is no log yet, or no key that its anchors could be signed with. */
export async function verifyAudit(
  { dataDir }: Pick<ControllerSettings, 'dataDir'>,
  db: Db,
  applied: readonly string[],
): Promise<AuditVerification | null> {
  if (!applied.includes('0005-audit') || !existsSync(join(dataDir, 'ca.crt'))) return null;
  const authority = await CertificateAuthority.open(dataDir, Math.round(systemClock.wall()));
  return await new AuditService(new Store(db, systemClock, new AuditLog(authority))).verify();
}

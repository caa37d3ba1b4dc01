import { chmodSync, closeSync, copyFileSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { PatronusError } from '@patronus/core';
import { DataDirectory } from '../data-directory.ts';
import { refuseNewer } from '../database/migrate.ts';
import { sqliteFile } from '../database/open-database.ts';
import { appliedToFile, readSqlite } from '../database/open-sqlite.ts';
import { databaseUrl, type ControllerSettings } from '../settings.ts';
import { existingSqliteFile } from './migrate-database.ts';

/**
 * Copies the database as it is at one moment, while a controller may go on writing; the copy is checked, and on disk when this
 * returns. Errors: `conflict` when the copy's place is taken; `not_found` where there is no database.
 */
export async function backUpSqlite(settings: ControllerSettings, to: string): Promise<void> {
  const file = existingSqliteFile(settings);
  if (existsSync(to)) throw new PatronusError('conflict', `${to} is there already; choose another name`);
  const partial = `${to}.partial`;
  try {
    await readSqlite(file, (sqlite) => sqlite.backup(partial));
    chmodSync(partial, 0o600);
    await refuseBroken(partial);
    intoPlace(partial, to);
  } finally {
    for (const rest of ['', '-wal', '-shm', '-journal']) rmSync(`${partial}${rest}`, { force: true });
  }
}

/**
 * Puts a copy in the place of the database and answers under which name the one that was there is kept, or null where there was
 * none. Errors: `conflict` while a controller runs on the data directory; `database_newer`; `invalid_input` for a file that is
 * no whole database of Patronus, when nothing is changed.
 */
export async function restoreSqlite(settings: ControllerSettings, from: string): Promise<string | null> {
  using _ = DataDirectory.hold(settings.dataDir);
  if (!existsSync(from)) throw new PatronusError('not_found', `there is no file ${from}`);
  const applied = await appliedToFile(from);
  if (applied.length === 0) throw new PatronusError('invalid_input', `${from} is not a database of Patronus`);
  refuseNewer(from, applied);
  await refuseBroken(from);
  const file = sqliteFile(databaseUrl(settings));
  const next = `${file}.next`;
  copyFileSync(from, next);
  chmodSync(next, 0o600);
  const kept = existsSync(file) ? `${file}.before-${new Date().toISOString().replaceAll(/[:.]/g, '')}` : null;
  if (kept !== null) {
    for (const part of ['', '-wal', '-shm'].filter((each) => existsSync(`${file}${each}`))) {
      renameSync(`${file}${part}`, `${kept}${part}`);
    }
  }
  intoPlace(next, file);
  return kept;
}

async function refuseBroken(file: string): Promise<void> {
  const found = await readSqlite(file, (sqlite) => sqlite.pragma('integrity_check', { simple: true }) as string);
  if (found === 'ok') return;
  throw new PatronusError('invalid_input', `${file} is damaged: ${found}; use another copy`);
}

/** Renames a file, both synced before it returns. */
function intoPlace(from: string, to: string): void {
  sync(from);
  renameSync(from, to);
  sync(dirname(to));
}

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

import { messageOf, PatronusError } from '@patronus/core';

/** What SQLite threw, in our words; everything else stays as it is. */
export function sqliteFailure(thrown: unknown): unknown {
  const code = (thrown as { code?: unknown }).code;
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) return thrown;
  const failed = (ours: 'disk_full' | 'database_unavailable' | 'timeout', text: string): PatronusError =>
    new PatronusError(ours, `${text} (${messageOf(thrown)}); nothing of this change was stored`, { cause: thrown });
  if (code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR')) {
    return failed('disk_full', 'the database cannot be written: free space on the disk of the data directory');
  }
  if (code.startsWith('SQLITE_READONLY')) {
    return failed('database_unavailable', 'the database cannot be written: check who owns its file, and the mount');
  }
  if (code.startsWith('SQLITE_BUSY')) return failed('timeout', 'another program holds the database; try again');
  return thrown;
}

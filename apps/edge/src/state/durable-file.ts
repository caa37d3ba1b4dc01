import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, PatronusError } from '@patronus/core';

/**
 * Writes a file so that after a crash it has either its old content or all of the new one: beside it, synced, then moved
 * into place. Errors: `disk_full`, else `internal` naming the file.
 */
export async function writeDurably(path: string, content: string): Promise<void> {
  const beside = `${path}.new`;
  try {
    const file = await open(beside, 'w', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw fileError(error, `cannot write ${path}`);
  }
}

/** The text of a file, or null where there is none. */
export async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw fileError(error, `cannot read ${path}`);
  }
}

/** A rename or a removal is on disk only when its directory is. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** The system's name of an error, such as `ENOSPC`. */
export const errnoOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

export const isDiskFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes(errnoOf(error) ?? '');

export function fileError(error: unknown, what: string): PatronusError {
  const errno = errnoOf(error);
  if (isDiskFull(error))
    return new PatronusError('disk_full', `${what}: the disk is full; make room`, { cause: error });
  if (errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS') {
    const remedy = 'run as the user that owns it, or as root';
    return new PatronusError('forbidden', `${what}: not permitted (${errno}); ${remedy}`, { cause: error });
  }
  return new PatronusError('internal', `${what}: ${messageOf(error)}`, { cause: error });
}

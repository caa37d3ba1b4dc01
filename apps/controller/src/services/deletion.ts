import { PatronusError, type InvalidInputError } from '@patronus/core';
import type { ExpectedVersions } from './expected-version.ts';

/** What was deleted can be restored for this long; longer would keep its numbers, of which there are few, from others. */
export const recoverableMs = 30 * 24 * 3_600_000;

/** How something is deleted. */
export interface DeletionOptions {
  /** For good, at once. */
  readonly purge?: boolean | undefined;
  readonly expected?: ExpectedVersions;
}

/** What became of something that was deleted. */
export interface Deletion<Id> {
  readonly id: Id;
  readonly name: string;
  /** One sentence for whoever asked. */
  readonly message: string;
  /** Until when it can be restored, unix ms; null when it is gone for good. */
  readonly purgeAt: number | null;
}

/** When a thing is removed for good by itself, unix ms; null while it is live. */
export const purgeTime = (deletedAt: number | null): number | null =>
  deletedAt === null ? null : deletedAt + recoverableMs;

/** A time as messages tell it. */
export const timeText = (unixMs: number): string => new Date(unixMs).toISOString();

/** Errors for deleting something that is deleted already. */
export const deletedAlready = (what: string, name: string, at: number): PatronusError =>
  new PatronusError(
    'conflict',
    `${what} "${name}" was deleted already, at ${timeText(at)}; restore it, or purge it to remove it for good`,
    { facts: { deleted_at: at, purge_at: purgeTime(at) } },
  );

/** Errors for restoring something that is not deleted. */
export const notDeleted = (what: string, name: string): PatronusError =>
  new PatronusError('conflict', `${what} "${name}" is not deleted, so there is nothing to restore`);

/** Errors for restoring something whose place was taken meanwhile; its fields are told as those of a wrong input. */
export const cannotRestore = (what: string, name: string, reason: InvalidInputError): PatronusError =>
  new PatronusError('conflict', `${what} "${name}" cannot be restored: ${reason.message}`, {
    cause: reason,
    facts: reason.facts,
  });

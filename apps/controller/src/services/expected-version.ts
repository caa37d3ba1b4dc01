import { PatronusError } from '@patronus/core';

/**
 * The versions of a thing that its caller has seen, one of which it must still have; undefined where the caller does not
 * care.
 */
export type ExpectedVersions = readonly number[] | undefined;

/** Errors: `version_mismatch` when somebody changed the thing since its caller read it. */
export function checkVersion(what: string, name: string, current: number, expected: ExpectedVersions): void {
  if (expected === undefined || expected.includes(current)) return;
  const remedy = 'read it again and repeat your change on what it is now';
  throw new PatronusError(
    'version_mismatch',
    `${what} "${name}" was changed meanwhile: it has version ${current}; ${remedy}`,
    { facts: { currentVersion: current } },
  );
}

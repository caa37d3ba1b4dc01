import { maxClasses, maxSites, maxSlots, PatronusError } from '@patronus/core';
import type { Change } from '../database/store.ts';
import { allocationRepository } from '../repositories/allocation-repository.ts';

/** The numbers that kernel objects are built from, see `numbering` in core. */
export type AllocationKind = 'site_index' | 'slot' | 'class';

const ranges: Record<AllocationKind, { min: number; max: number; what: string; remedy: string }> = {
  // Block 0 would hold the overlay's network address.
  site_index: { min: 1, max: maxSites - 1, what: 'sites', remedy: 'purge a site that is not needed' },
  slot: { min: 0, max: maxSlots - 1, what: 'endpoints of one site', remedy: 'delete an endpoint that is not needed' },
  class: { min: 1, max: maxClasses, what: 'policies', remedy: 'purge a policy that is not needed' },
};

/**
 * Hands out a number that nobody holds. Numbers never held come first, then the one given back longest ago, so that an edge
 * or a flow that still remembers a former owner meets its number as late as possible.
 *
 * Errors: `exhausted` when every number of the range is held.
 */
export async function allocate(change: Change, kind: AllocationKind, scope: string, owner: string): Promise<number> {
  const { min, max, what, remedy } = ranges[kind];
  const highest = await allocationRepository.highest(change.db, kind, scope);
  const fresh = highest === undefined ? min : highest + 1;
  const value = fresh <= max ? fresh : await allocationRepository.longestReleased(change.db, kind, scope);
  if (value === undefined) {
    throw new PatronusError('exhausted', `there are ${max - min + 1} ${what} already, which is the most; ${remedy}`, {
      facts: { kind, limit: max - min + 1 },
    });
  }
  await allocationRepository.take(change.db, { kind, scope, value, owner, allocated_at: change.at, released_at: null });
  return value;
}

/** Hands a former owner the number that they had, or another where somebody holds it. Errors: `exhausted`. */
export async function allocateAgain(
  change: Change,
  kind: AllocationKind,
  scope: string,
  { owner, value }: { readonly owner: string; readonly value: number },
): Promise<number> {
  if (!(await allocationRepository.isReleased(change.db, kind, scope, value))) {
    return allocate(change, kind, scope, owner);
  }
  await allocationRepository.take(change.db, { kind, scope, value, owner, allocated_at: change.at, released_at: null });
  return value;
}

/** Gives a number back. */
export const release = (change: Change, kind: AllocationKind, scope: string, value: number): Promise<void> =>
  allocationRepository.release(change.db, kind, scope, value, change.at);

import type { Result } from '@patronus/core';
import type { NextHopMember, NextHopRefusal } from '@patronus/linux';

/** The kernel's side of a failover: as `NextHopSwitch`. */
export interface GroupSwitch {
  replaceGroup(groupId: number, members: readonly NextHopMember[]): Result<void, NextHopRefusal>;
}

/**
 * Brings next-hop groups to what was decided, and remembers those that the kernel refused: one group that fails does not
 * keep the others from moving.
 */
export class GroupWriter {
  readonly #kernel: GroupSwitch;
  readonly #refused: (groupId: number, refusal: NextHopRefusal) => void;
  readonly #wanted = new Map<number, readonly NextHopMember[]>();
  readonly #failing = new Set<number>();
  /** Causes already told; a cause is told again only after everything worked in between. */
  readonly #told = new Set<string>();

  /** `refused` hears of each cause once. */
  constructor(kernel: GroupSwitch, refused: (groupId: number, refusal: NextHopRefusal) => void) {
    this.#kernel = kernel;
    this.#refused = refused;
  }

  /** Writes a group at once; true when the kernel took it. */
  write(groupId: number, members: readonly NextHopMember[]): boolean {
    this.#wanted.set(groupId, members);
    const result = this.#kernel.replaceGroup(groupId, members);
    if (result.ok) {
      this.#failing.delete(groupId);
      if (this.#failing.size === 0) this.#told.clear();
      return true;
    }
    this.#failing.add(groupId);
    if (!this.#told.has(result.error.text)) {
      this.#told.add(result.error.text);
      this.#refused(groupId, result.error);
    }
    return false;
  }

  /** Tries again what the kernel refused. */
  retry(): void {
    for (const groupId of this.#failing) this.write(groupId, this.#wanted.get(groupId)!);
  }

  /** Forgets groups that are no longer wanted. */
  keepOnly(groupIds: ReadonlySet<number>): void {
    for (const groupId of this.#wanted.keys()) {
      if (groupIds.has(groupId)) continue;
      this.#wanted.delete(groupId);
      this.#failing.delete(groupId);
    }
  }
}

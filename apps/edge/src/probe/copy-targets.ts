import { tcPriority } from '@patronus/core';
import { attachedProgram, deviceIndex, mapsOf, programById, type BpfMap } from '@patronus/linux';

/** The kernel's side of duplication. */
export interface CopySwitch {
  /** Says by which two tunnels each packet of a class to a site leaves; null for one only. False where the kernel refuses. */
  write(forwardingClass: number, siteIndex: number, tunnels: readonly [string, string] | null): boolean;
}

/** What the switch is called with when nothing duplicates. */
export const noCopies: CopySwitch = { write: () => true };

/**
 * Writes the pairs of tunnels into the map of the programs that the reconciler has attached; packets see a change at once.
 * Found anew with each document, as the programs may have come or gone with it.
 */
export class CopyTargets implements CopySwitch {
  readonly #map: BpfMap;

  private constructor(map: BpfMap) {
    this.#map = map;
  }

  /**
   * The map that the programs of these tunnels use, without what an earlier document left in it for other classes; null
   * where they have none.
   */
  static find(tunnels: readonly string[], classes: ReadonlySet<number>): CopyTargets | null {
    for (const device of tunnels) {
      const id = attachedProgram({ device, hook: 'egress', priority: tcPriority.duplicate });
      if (id === null) continue;
      const program = programById(id);
      if (program.name !== 'pt_dup_out') continue;
      const targets = new CopyTargets(mapsOf(program, ['dup_targets']).get('dup_targets')!);
      targets.#keepOnly(classes);
      return targets;
    }
    return null;
  }

  write(forwardingClass: number, siteIndex: number, tunnels: readonly [string, string] | null): boolean {
    const key = Buffer.alloc(4);
    key.writeUInt16LE(forwardingClass, 0);
    key.writeUInt16LE(siteIndex, 2);
    const value = Buffer.alloc(8);
    for (const [index, tunnel] of (tunnels ?? []).entries()) value.writeUInt32LE(deviceIndex(tunnel), 4 * index);
    try {
      if (tunnels === null) this.#map.delete(key);
      else this.#map.set(key, value);
      return true;
    } catch {
      return false;
    }
  }

  /** Gives the descriptor back. */
  close(): void {
    this.#map.close();
  }

  #keepOnly(classes: ReadonlySet<number>): void {
    for (const key of this.#map.keys()) if (!classes.has(Buffer.from(key).readUInt16LE(0))) this.#map.delete(key);
  }
}

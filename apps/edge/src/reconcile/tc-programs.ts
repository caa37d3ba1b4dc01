import { PatronusError, tcPriority, tunnelNamePattern } from '@patronus/core';
import {
  attachedProgram,
  attachProgram,
  BpfObject,
  detachProgram,
  mapsOf,
  programById,
  programOf,
  type BpfMap,
  type CommandRunner,
  type LoadedProgram,
} from '@patronus/linux';
import { programs, type AttachedProgram, type ObservedProgram } from '@patronus/netconf';

/** How the kernel tells our programs from those of others. */
const ours = /^pt_/;
const hooks = ['ingress', 'egress'] as const;

/**
 * Our eBPF programs at the devices of this network namespace. Objects are loaded when first needed; where an earlier run
 * left programs attached, theirs are the maps that are used on.
 */
export class TcPrograms {
  readonly #runner: CommandRunner;
  readonly #objects = new Map<string, BpfObject>();
  /** An attached program of each object, as it was last seen. */
  readonly #standing = new Map<string, LoadedProgram>();

  constructor(runner: CommandRunner) {
    this.#runner = runner;
  }

  /** What stands at these devices; nothing where libbpf is missing, as then nothing can. */
  observe(devices: readonly string[]): ObservedProgram[] {
    try {
      this.#standing.clear();
      return devices.flatMap((device) =>
        hooks.flatMap((hook) =>
          Object.values(tcPriority).flatMap((priority) => this.#at({ device, hook, priority }) ?? []),
        ),
      );
    } catch (error) {
      if (error instanceof PatronusError && error.code === 'unsupported_kernel') return [];
      throw error;
    }
  }

  /** @throws PatronusError `unsupported_kernel` or `kernel_refused` with the reason */
  attach({ program, ...place }: AttachedProgram): void {
    const known = programs[program];
    if (known === undefined) throw new PatronusError('internal', `there is no program ${program}`);
    const fd = this.#load(known.object).program(program);
    attachProgram(place, fd);
    this.#standing.set(known.object, programOf(fd, program));
  }

  /** Takes the queueing discipline that holds programs along where nobody else has something in it. */
  async detach({ device, hook, priority }: AttachedProgram): Promise<void> {
    detachProgram({ device, hook, priority });
    if (tunnelNamePattern.test(device)) return;
    const lists = hooks.map((each) => this.#runner.run({ tool: 'tc', args: ['filter', 'show', 'dev', device, each] }));
    const others = await Promise.all(lists);
    if (others.some((list) => list.trim() !== '')) return;
    await this.#runner.run({ tool: 'tc', args: ['qdisc', 'del', 'dev', device, 'clsact'] });
  }

  /** Whether a program of the object was attached when it was last looked. */
  isAttached(object: string): boolean {
    return this.#standing.has(object);
  }

  /** A map of an object. Throws as {@link attach} does. */
  map(object: string, name: string): BpfMap {
    return this.#load(object).map(name);
  }

  #at(place: Omit<AttachedProgram, 'program'>): ObservedProgram | null {
    const id = attachedProgram(place);
    if (id === null) return null;
    const standing = programById(id);
    if (!ours.test(standing.name)) return null;
    const known = programs[standing.name];
    if (known === undefined) return { ...place, program: standing.name, isOutdated: true };
    this.#standing.set(known.object, standing);
    const observed = { ...place, program: standing.name };
    return this.#isCurrent(known.object, standing) ? observed : { ...observed, isOutdated: true };
  }

  #isCurrent(object: string, { name, tag }: LoadedProgram): boolean {
    try {
      return programOf(this.#load(object).program(name), name).tag === tag;
    } catch {
      // what cannot be loaded cannot be renewed: a step that tries will say why
      return false;
    }
  }

  #load(name: string): BpfObject {
    const loaded = this.#objects.get(name);
    if (loaded !== undefined) return loaded;
    const standing = this.#standing.get(name);
    const maps = standing === undefined ? new Map<string, BpfMap>() : mapsOf(standing);
    try {
      const object = BpfObject.load(name, maps);
      this.#objects.set(name, object);
      return object;
    } finally {
      for (const map of maps.values()) map.close();
    }
  }
}

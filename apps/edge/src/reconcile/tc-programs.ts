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
  type TcPlace,
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
  /** The attached programs of each object by name, as they were last seen. */
  readonly #standing = new Map<string, Map<string, LoadedProgram>>();

  constructor(runner: CommandRunner) {
    this.#runner = runner;
  }

  /** What stands at these devices; nothing where libbpf is missing, as then nothing can. */
  observe(devices: readonly string[]): ObservedProgram[] {
    try {
      this.#standing.clear();
      const found = devices.flatMap((device) =>
        hooks.flatMap((hook) =>
          Object.values(tcPriority).flatMap((priority) => programAt({ device, hook, priority }) ?? []),
        ),
      );
      // all of an object first: between them they have its maps
      for (const { program } of found) this.#stands(program);
      return found.map(({ place, program }) => {
        const observed = { ...place, program: program.name };
        return this.#isCurrent(program) ? observed : { ...observed, isOutdated: true };
      });
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
    this.#stands(programOf(fd, program));
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

  #stands(program: LoadedProgram): void {
    const object = programs[program.name]?.object;
    if (object === undefined) return;
    const standing = this.#standing.get(object) ?? new Map<string, LoadedProgram>();
    this.#standing.set(object, standing.set(program.name, program));
  }

  /** Whether it is the program that we would attach, and works on the maps that we know. */
  #isCurrent({ name, tag, mapIds }: LoadedProgram): boolean {
    const object = programs[name]?.object;
    if (object === undefined) return false;
    try {
      const loaded = programOf(this.#load(object).program(name), name);
      return (
        loaded.tag === tag && loaded.mapIds.toSorted((a, b) => a - b).join() === mapIds.toSorted((a, b) => a - b).join()
      );
    } catch {
      // what cannot be loaded cannot be renewed: a step that tries will say why
      return false;
    }
  }

  #load(name: string): BpfObject {
    const loaded = this.#objects.get(name);
    if (loaded !== undefined) return loaded;
    const maps = [...(this.#standing.get(name)?.values() ?? [])].flatMap((program) => [...mapsOf(program).values()]);
    try {
      const object = BpfObject.load(name, new Map(maps.map((map) => [map.name, map])));
      this.#objects.set(name, object);
      return object;
    } finally {
      for (const map of maps) map.close();
    }
  }
}

/** Our program at a place; null where none stands or it is somebody else's. */
function programAt(place: TcPlace): { place: TcPlace; program: LoadedProgram } | null {
  const id = attachedProgram(place);
  if (id === null) return null;
  const program = programById(id);
  return ours.test(program.name) ? { place, program } : null;
}

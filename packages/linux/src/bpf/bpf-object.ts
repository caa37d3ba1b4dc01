import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PatronusError } from '@patronus/core';
import { lastErrno } from '../native/libc.ts';
import { BpfMap, type MapShape } from './bpf-map.ts';
import { checkBpf, libbpf, withScratch } from './libbpf.ts';

/** Where the build puts compiled programs. */
const objectsFolder = (): string =>
  join(dirname(fileURLToPath(import.meta.resolve('@patronus/ebpf/package.json'))), 'dist');

const openOptionsSize = 80;
const objectOptions = { size: 0, logBuffer: 56, logSize: 64 };
const logAt = 1024;
const logSize = 60 * 1024;
/** The end of the verifier's log is what says why; the rest is the program. */
const shownLogLength = 800;

/** Why no program can be loaded by this process here, in few words for those who skip tests; null where one may be tried. */
export function whyNoPrograms(): string | null {
  if (process.getuid?.() !== 0) return 'it needs root';
  return existsSync(join(objectsFolder(), 'trial.bpf.o')) ? null : 'eBPF programs are built with clang and libbpf-dev';
}

/** One compiled file of packages/ebpf in the kernel: its programs, and the maps that they share. */
export class BpfObject {
  readonly name: string;
  readonly #handle: number;
  readonly #maps = new Map<string, BpfMap>();

  private constructor(name: string, handle: number) {
    this.name = name;
    this.#handle = handle;
  }

  /**
   * Loads `packages/ebpf/src/NAME.bpf.c` as the build compiled it. A map that `standing` has under its name and in its shape is
   * used on, so that the programs of this object and those of an earlier run share what they know; others begin empty.
   * @throws PatronusError `unsupported_kernel` where the object was not built or libbpf is missing, `kernel_refused` with the
   * verifier's words
   */
  static load(name: string, standing: ReadonlyMap<string, BpfMap> = new Map()): BpfObject {
    const path = join(objectsFolder(), `${name}.bpf.o`);
    if (!existsSync(path)) {
      throw new PatronusError(
        'unsupported_kernel',
        `the eBPF program ${name} was not built, as clang or its headers were missing; ` +
          'on Debian: apt install clang libbpf-dev, then npm run build',
      );
    }
    const api = libbpf();
    return withScratch((arena, at) => {
      arena.setLong(at + objectOptions.size, openOptionsSize);
      arena.setPointer(at + objectOptions.logBuffer, logAt);
      arena.setLong(at + objectOptions.logSize, logSize);
      arena.bytes[logAt] = 0;
      const handle = api.bpf_object__open_file(path, arena.address(at));
      if (handle === 0) checkBpf(-lastErrno(), `open ${path}`);
      const object = new BpfObject(name, handle);
      try {
        object.#reuse(standing);
        const result = api.bpf_object__load(handle);
        const log = Buffer.from(arena.bytes.subarray(logAt, arena.bytes.indexOf(0, logAt)));
        checkBpf(result, `load the eBPF program ${name}`, verifierSaid(log.toString('latin1')));
        object.#openMaps();
        return object;
      } catch (error) {
        object.close();
        throw error;
      }
    });
  }

  /** The descriptor of a program, for attaching it. */
  program(name: string): number {
    const program = libbpf().bpf_object__find_program_by_name(this.#handle, name);
    if (program === 0) throw new PatronusError('internal', `${this.name} has no program ${name}`);
    return libbpf().bpf_program__fd(program);
  }

  map(name: string): BpfMap {
    const map = this.#maps.get(name);
    if (map === undefined) throw new PatronusError('internal', `${this.name} has no map ${name}`);
    return map;
  }

  /** Gives the descriptors back. Programs that are attached stay in the kernel, with their maps. */
  close(): void {
    libbpf().bpf_object__close(this.#handle);
  }

  #reuse(standing: ReadonlyMap<string, BpfMap>): void {
    for (const handle of this.#mapHandles()) {
      const other = standing.get(libbpf().bpf_map__name(handle));
      if (other === undefined || !sameShape(shapeOf(handle), other.shape)) continue;
      checkBpf(libbpf().bpf_map__reuse_fd(handle, other.fd), `take over map ${other.name}`);
    }
  }

  #openMaps(): void {
    for (const handle of this.#mapHandles()) {
      const name = libbpf().bpf_map__name(handle);
      this.#maps.set(name, new BpfMap(name, libbpf().bpf_map__fd(handle), shapeOf(handle)));
    }
  }

  #mapHandles(): number[] {
    const handles: number[] = [];
    for (;;) {
      const next = libbpf().bpf_object__next_map(this.#handle, handles.at(-1) ?? 0);
      if (next === 0) return handles;
      handles.push(next);
    }
  }
}

function shapeOf(handle: number): MapShape {
  const api = libbpf();
  return {
    type: api.bpf_map__type(handle),
    keySize: api.bpf_map__key_size(handle),
    valueSize: api.bpf_map__value_size(handle),
    maxEntries: api.bpf_map__max_entries(handle),
    flags: api.bpf_map__map_flags(handle),
  };
}

const sameShape = (a: MapShape, b: MapShape): boolean =>
  a.type === b.type &&
  a.keySize === b.keySize &&
  a.valueSize === b.valueSize &&
  a.maxEntries === b.maxEntries &&
  a.flags === b.flags;

function verifierSaid(log: string): string {
  const text = log.trim();
  return text === '' ? '' : `; the verifier said: …${text.slice(-shownLogLength)}`;
}

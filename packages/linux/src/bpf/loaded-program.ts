import { closeDescriptor } from '../native/libc.ts';
import { BpfMap } from './bpf-map.ts';
import { checkBpf, libbpf, withScratch } from './libbpf.ts';

/** A program in the kernel, whoever loaded it. */
export interface LoadedProgram {
  readonly id: number;
  readonly name: string;
  /** Hash of its instructions, hexadecimal: the same for the same program. */
  readonly tag: string;
  readonly mapIds: readonly number[];
}

const nameSize = 16;
// struct bpf_prog_info
const programInfo = { size: 80, tag: 8, mapCount: 52, mapIds: 56, name: 64 };
const maxMaps = 64;
// struct bpf_map_info
const mapInfo = { size: 40, type: 0, keySize: 8, valueSize: 12, maxEntries: 16, flags: 20, name: 24 };

const lengthAt = 0;
const infoAt = 8;
const idsAt = 128;

/** @throws PatronusError `kernel_refused`, above all where it is no longer there */
export function programById(id: number): LoadedProgram {
  const fd = checkBpf(libbpf().bpf_prog_get_fd_by_id(id), `open eBPF program ${id}`);
  try {
    return programOf(fd, String(id));
  } finally {
    closeDescriptor(fd);
  }
}

/** The program behind a descriptor; `what` names it in errors. */
export function programOf(fd: number, what: string): LoadedProgram {
  return withScratch((arena) => {
    arena.view.setUint32(lengthAt, programInfo.size, true);
    arena.view.setUint32(infoAt + programInfo.mapCount, maxMaps, true);
    arena.setPointer(infoAt + programInfo.mapIds, idsAt);
    const result = libbpf().bpf_obj_get_info_by_fd(fd, arena.address(infoAt), arena.address(lengthAt));
    checkBpf(result, `describe eBPF program ${what}`);
    const count = Math.min(maxMaps, arena.view.getUint32(infoAt + programInfo.mapCount, true));
    return {
      id: arena.view.getUint32(infoAt + 4, true),
      name: textAt(arena.bytes, infoAt + programInfo.name),
      tag: Buffer.from(arena.bytes.subarray(infoAt + programInfo.tag, infoAt + programInfo.tag + 8)).toString('hex'),
      mapIds: Array.from({ length: count }, (_, index) => arena.view.getUint32(idsAt + 4 * index, true)),
    };
  });
}

/**
 * The maps of a program by name, all or those named, on descriptors of their own, to be closed by the caller. A name is cut to
 * 15 characters by the kernel.
 */
export function mapsOf(program: LoadedProgram, names?: readonly string[]): Map<string, BpfMap> {
  const maps = program.mapIds.map((id) =>
    describeMap(checkBpf(libbpf().bpf_map_get_fd_by_id(id), `open a map of eBPF program ${program.name}`)),
  );
  const wanted = maps.filter(({ name }) => names?.includes(name) ?? true);
  for (const map of maps) if (!wanted.includes(map)) map.close();
  return new Map(wanted.map((map) => [map.name, map]));
}

function describeMap(fd: number): BpfMap {
  return withScratch((arena) => {
    arena.view.setUint32(lengthAt, mapInfo.size, true);
    const result = libbpf().bpf_obj_get_info_by_fd(fd, arena.address(infoAt), arena.address(lengthAt));
    checkBpf(result, 'describe an eBPF map');
    const number = (at: number): number => arena.view.getUint32(infoAt + at, true);
    return new BpfMap(textAt(arena.bytes, infoAt + mapInfo.name), fd, {
      type: number(mapInfo.type),
      keySize: number(mapInfo.keySize),
      valueSize: number(mapInfo.valueSize),
      maxEntries: number(mapInfo.maxEntries),
      flags: number(mapInfo.flags),
    });
  });
}

function textAt(bytes: Uint8Array, at: number): string {
  const end = bytes.subarray(at, at + nameSize).indexOf(0);
  return Buffer.from(bytes.subarray(at, at + (end < 0 ? nameSize : end))).toString('latin1');
}

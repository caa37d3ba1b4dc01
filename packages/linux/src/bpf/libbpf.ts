import koffi from 'koffi';
import { PatronusError } from '@patronus/core';
import { Arena } from '../native/arena.ts';
import { errnoText } from '../native/libc.ts';

/**
 * The functions of libbpf 1.x that this folder uses; its headers describe them. Objects, programs and maps of the library
 * travel as numbers, buffers as typed arrays. A negative answer is an errno.
 */
export interface Libbpf {
  bpf_object__open_file(path: string, options: number): number;
  bpf_object__load(object: number): number;
  bpf_object__close(object: number): void;
  bpf_object__find_program_by_name(object: number, name: string): number;
  bpf_object__find_map_by_name(object: number, name: string): number;
  bpf_object__next_map(object: number, previous: number): number;
  bpf_program__fd(program: number): number;
  bpf_map__name(map: number): string;
  bpf_map__fd(map: number): number;
  bpf_map__type(map: number): number;
  bpf_map__key_size(map: number): number;
  bpf_map__value_size(map: number): number;
  bpf_map__max_entries(map: number): number;
  bpf_map__map_flags(map: number): number;
  bpf_map__reuse_fd(map: number, fd: number): number;
  bpf_map_lookup_elem(fd: number, key: Uint8Array, value: Uint8Array): number;
  bpf_map_update_elem(fd: number, key: Uint8Array, value: Uint8Array, flags: number): number;
  bpf_map_delete_elem(fd: number, key: Uint8Array): number;
  bpf_map_get_next_key(fd: number, key: Uint8Array | null, next: Uint8Array): number;
  bpf_prog_get_fd_by_id(id: number): number;
  bpf_map_get_fd_by_id(id: number): number;
  bpf_obj_get_info_by_fd(fd: number, info: number, length: number): number;
  bpf_tc_hook_create(hook: number): number;
  bpf_tc_attach(hook: number, options: number): number;
  bpf_tc_detach(hook: number, options: number): number;
  bpf_tc_query(hook: number, options: number): number;
  libbpf_set_print(callback: number): number;
}

const declarations: readonly (readonly [keyof Libbpf, string, readonly string[]])[] = [
  ['bpf_object__open_file', 'uintptr_t', ['str', 'uintptr_t']],
  ['bpf_object__load', 'int', ['uintptr_t']],
  ['bpf_object__close', 'void', ['uintptr_t']],
  ['bpf_object__find_program_by_name', 'uintptr_t', ['uintptr_t', 'str']],
  ['bpf_object__find_map_by_name', 'uintptr_t', ['uintptr_t', 'str']],
  ['bpf_object__next_map', 'uintptr_t', ['uintptr_t', 'uintptr_t']],
  ['bpf_program__fd', 'int', ['uintptr_t']],
  ['bpf_map__name', 'str', ['uintptr_t']],
  ['bpf_map__fd', 'int', ['uintptr_t']],
  ['bpf_map__type', 'uint', ['uintptr_t']],
  ['bpf_map__key_size', 'uint', ['uintptr_t']],
  ['bpf_map__value_size', 'uint', ['uintptr_t']],
  ['bpf_map__max_entries', 'uint', ['uintptr_t']],
  ['bpf_map__map_flags', 'uint', ['uintptr_t']],
  ['bpf_map__reuse_fd', 'int', ['uintptr_t', 'int']],
  ['bpf_map_lookup_elem', 'int', ['int', 'void *', 'void *']],
  ['bpf_map_update_elem', 'int', ['int', 'void *', 'void *', 'uint64_t']],
  ['bpf_map_delete_elem', 'int', ['int', 'void *']],
  ['bpf_map_get_next_key', 'int', ['int', 'void *', 'void *']],
  ['bpf_prog_get_fd_by_id', 'int', ['uint']],
  ['bpf_map_get_fd_by_id', 'int', ['uint']],
  ['bpf_obj_get_info_by_fd', 'int', ['int', 'uintptr_t', 'uintptr_t']],
  ['bpf_tc_hook_create', 'int', ['uintptr_t']],
  ['bpf_tc_attach', 'int', ['uintptr_t', 'uintptr_t']],
  ['bpf_tc_detach', 'int', ['uintptr_t', 'uintptr_t']],
  ['bpf_tc_query', 'int', ['uintptr_t', 'uintptr_t']],
  ['libbpf_set_print', 'uintptr_t', ['uintptr_t']],
];

let loaded: Libbpf | undefined;

/**
 * The library, loaded at first use: `iproute2` brings it along on Debian.
 * @throws PatronusError `unsupported_kernel` where it is missing
 */
export function libbpf(): Libbpf {
  loaded ??= load();
  return loaded;
}

function load(): Libbpf {
  try {
    const library = koffi.load('libbpf.so.1');
    const functions = declarations.map(([name, result, parameters]) => [
      name,
      library.func(name, result, [...parameters]) as unknown,
    ]);
    const api = Object.fromEntries(functions) as Libbpf;
    // errors are told by who called, with the verifier's words
    api.libbpf_set_print(0);
    return api;
  } catch (cause) {
    throw new PatronusError(
      'unsupported_kernel',
      'the library libbpf.so.1 cannot be loaded; on Debian: apt install libbpf1',
      { cause },
    );
  }
}

/** The answer of a libbpf function; throws where it is an error. `what` reads as "could not ‹what›". */
export function checkBpf(result: number, what: string, said = ''): number {
  if (result >= 0) return result;
  const hint = -result === permissionDenied ? '; it takes root' : '';
  throw new PatronusError('kernel_refused', `could not ${what}: ${errnoText(-result)}${hint}${said}`, {
    facts: { errno: -result },
  });
}

const permissionDenied = 1;

const scratchSize = 64 * 1024;
let scratch: Arena | undefined;

/** Memory for the structures of one call. Nothing in it outlives the action. */
export function withScratch<T>(action: (arena: Arena, at: number) => T): T {
  if (scratch === undefined) {
    scratch = new Arena(scratchSize);
    scratch.take(scratchSize);
  }
  scratch.bytes.fill(0, 0, structureRoom);
  return action(scratch, 0);
}

/** What the largest structures of a call take together. */
const structureRoom = 1024;

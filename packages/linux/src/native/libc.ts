import { getSystemErrorMap } from 'node:util';
import koffi from 'koffi';
import { PatronusError } from '@patronus/core';

/**
 * The C library's calls that this folder uses, as 64-bit Linux declares them. Pointers travel as numbers: user addresses
 * fit 47 bits. `ssize_t` is unknown to koffi, `long` has its width.
 */
export interface Libc {
  mmap(address: number, length: number, protection: number, flags: number, fd: number, offset: number): bigint;
  close(fd: number): number;
  open(path: string, flags: number): number;
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: number, length: number): number;
  setsockopt(fd: number, level: number, name: number, value: number, length: number): number;
  send(fd: number, buffer: number, length: number, flags: number): number;
  recv(fd: number, buffer: number, length: number, flags: number): number;
  sendmmsg(fd: number, messages: number, count: number, flags: number): number;
  recvmmsg(fd: number, messages: number, count: number, flags: number, timeout: number): number;
  ppoll(fds: number, count: number, timeout: number, mask: number): number;
  eventfd(initial: number, flags: number): number;
  write(fd: number, buffer: number, length: number): number;
  read(fd: number, buffer: number, length: number): number;
  clock_gettime(clock: number, time: number): number;
  prctl(option: number, a: number, b: number, c: number, d: number): number;
  sched_setscheduler(pid: number, policy: number, parameter: number): number;
  setpriority(which: number, who: number, priority: number): number;
  setns(fd: number, type: number): number;
  setrlimit(resource: number, limit: number): number;
  malloc_trim(keep: number): number;
  ioctl(fd: number, request: number, argument: number): number;
  if_nametoindex(name: string): number;
}

const declarations: readonly (readonly [keyof Libc, string, readonly string[]])[] = [
  ['mmap', 'void *', ['uintptr_t', 'size_t', 'int', 'int', 'int', 'long']],
  ['close', 'int', ['int']],
  ['open', 'int', ['str', 'int']],
  ['socket', 'int', ['int', 'int', 'int']],
  ['bind', 'int', ['int', 'uintptr_t', 'uint']],
  ['setsockopt', 'int', ['int', 'int', 'int', 'uintptr_t', 'uint']],
  ['send', 'long', ['int', 'uintptr_t', 'size_t', 'int']],
  ['recv', 'long', ['int', 'uintptr_t', 'size_t', 'int']],
  ['sendmmsg', 'int', ['int', 'uintptr_t', 'uint', 'int']],
  ['recvmmsg', 'int', ['int', 'uintptr_t', 'uint', 'int', 'uintptr_t']],
  ['ppoll', 'int', ['uintptr_t', 'ulong', 'uintptr_t', 'uintptr_t']],
  ['eventfd', 'int', ['uint', 'int']],
  ['write', 'long', ['int', 'uintptr_t', 'size_t']],
  ['read', 'long', ['int', 'uintptr_t', 'size_t']],
  ['clock_gettime', 'int', ['int', 'uintptr_t']],
  ['prctl', 'int', ['int', 'ulong', 'ulong', 'ulong', 'ulong']],
  ['sched_setscheduler', 'int', ['int', 'int', 'uintptr_t']],
  ['setpriority', 'int', ['int', 'uint', 'int']],
  ['setns', 'int', ['int', 'int']],
  ['setrlimit', 'int', ['int', 'uintptr_t']],
  ['malloc_trim', 'int', ['size_t']],
  ['ioctl', 'int', ['int', 'ulong', 'uintptr_t']],
  ['if_nametoindex', 'uint', ['str']],
];

let loaded: Libc | undefined;

/** The C library, loaded at first use so that a machine without it can still run everything else. */
export function libc(): Libc {
  loaded ??= load();
  return loaded;
}

function load(): Libc {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new PatronusError(
      'unsupported_kernel',
      `probing needs Linux on x64 or arm64; this is ${process.platform} on ${process.arch}`,
    );
  }
  try {
    const library = koffi.load('libc.so.6');
    const functions = declarations.map(([name, result, parameters]) => [
      name,
      library.func(name, result, [...parameters]) as unknown,
    ]);
    return Object.fromEntries(functions) as Libc;
  } catch (cause) {
    throw new PatronusError('unsupported_kernel', 'the GNU C library (libc.so.6) cannot be loaded; install glibc', {
      cause,
    });
  }
}

/** `errno` of this thread's last failed call. */
export const lastErrno = (): number => koffi.errno();

/** The error's symbol and text, such as `ENETUNREACH: network is unreachable`. */
export function errnoText(errno: number): string {
  const [name, text] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, 'unknown error'];
  return `${name}: ${text}`;
}

/** The call's non-negative answer; throws when it failed. `what` reads as "could not ‹what›". */
export function check(result: number, what: string): number {
  if (result >= 0) return result;
  const errno = lastErrno();
  const code = errno === Errno.addressInUse ? 'address_in_use' : 'kernel_refused';
  throw new PatronusError(code, `could not ${what}: ${errnoText(errno)}`, { facts: { errno } });
}

/** Closes a descriptor that one of this folder's classes opened. Not to be used while any thread still has it. */
export function closeDescriptor(fd: number): void {
  libc().close(fd);
}

/** Errors that callers tell apart (errno values shared by x64 and arm64). */
export const Errno = {
  noEntry: 2,
  interrupted: 4,
  again: 11,
  exists: 17,
  invalid: 22,
  noDevice: 19,
  addressInUse: 98,
  netUnreachable: 101,
  noBuffers: 105,
} as const;

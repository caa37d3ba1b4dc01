import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { Arena } from './arena.ts';
import { check, libc } from './libc.ts';

const noNewPrivileges = 38;
const limitOfData = 2;
const limitOfCore = 4;
const limitOfFiles = 7;
/** Descriptors 0 and 1 are taken, so that nothing gets a number below; poll() refuses to wait for more descriptors than this. */
const maxFiles = 2;
const nobody = 65_534;

/**
 * Leaves this process nothing but its memory and the descriptors that it has: it becomes nobody, gains no rights by
 * programs that it starts, opens no further file, and takes no more than so many octets of data beyond those that it has. For
 * work on what strangers send; not to be undone.
 */
export function shedPrivileges(moreDataBytes: number): void {
  const maxDataBytes = dataBytes() + moreDataBytes;
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const arena = new Arena(4096);
  const limit = arena.take(16);
  for (const [resource, value] of [
    [limitOfData, maxDataBytes],
    [limitOfCore, 0],
    [limitOfFiles, maxFiles],
  ] as const) {
    arena.setLong(limit, value);
    arena.setLong(limit + 8, value);
    check(libc().setrlimit(resource, arena.address(limit)), `limit resource ${resource} to ${value}`);
  }
  check(libc().prctl(noNewPrivileges, 1, 0, 0, 0), 'give up gaining privileges');
  if (process.getuid!() !== 0) return;
  try {
    process.setgroups!([]);
    process.setgid!(nobody);
    process.setuid!(nobody);
  } catch {
    // In a user namespace root may be the only one that there is.
  }
}

/** Of it, Node reserves half a gigabyte for code that it never touches. */
const dataBytes = (): number => 1024 * Number(/^VmData:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]);

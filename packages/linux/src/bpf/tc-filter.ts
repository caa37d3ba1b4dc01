import { PatronusError } from '@patronus/core';
import { Errno, libc } from '../native/libc.ts';
import { checkBpf, libbpf, withScratch } from './libbpf.ts';

/** A place for one program at a device's traffic control (the qdisc `clsact`), as `tc filter … pref N handle 1 bpf`. */
export interface TcPlace {
  readonly device: string;
  readonly hook: 'ingress' | 'egress';
  /** 1–65535; filters run from the lowest to the highest. */
  readonly priority: number;
}

/** The number of a device in the calling thread's network namespace; 0 where there is none of that name. */
export const deviceIndex = (device: string): number => libc().if_nametoindex(device);

/** Each of our priorities holds one program. */
const handle = 1;
const hookSize = 24;
const optionsSize = 32;
const optionsAt = 64;
const attachPoints = { ingress: 1, egress: 2 };
const replaceFlag = 1;

/**
 * Puts a program there, in place of whatever program stands there: packets meet one or the other.
 * @throws PatronusError `kernel_refused`, also where the device is missing or the kernel lacks `clsact` or `cls_bpf`
 */
export function attachProgram(place: TcPlace, programFd: number): void {
  if (deviceIndex(place.device) === 0) {
    throw new PatronusError(
      'kernel_refused',
      `cannot attach an eBPF program to ${place.device}: there is no such device`,
    );
  }
  at(place, (hook, options, set) => {
    const what = `attach an eBPF program to ${place.device} ${place.hook}`;
    const created = libbpf().bpf_tc_hook_create(hook);
    if (created !== -Errno.exists) checkBpf(created, `${what} (qdisc clsact)`);
    set({ programFd, flags: replaceFlag });
    checkBpf(libbpf().bpf_tc_attach(hook, options), what);
  });
}

/** The id of the program that stands there; null where none does. */
export function attachedProgram(place: TcPlace): number | null {
  return at(place, (hook, options, _set, programId) => {
    const result = libbpf().bpf_tc_query(hook, options);
    // without clsact the kernel calls the question invalid
    if (absent.has(-result)) return null;
    checkBpf(result, `list the programs of ${place.device}`);
    return programId();
  });
}

/** Takes the program away; the qdisc stays, as others may use it. Does nothing where none stands there. */
export function detachProgram(place: TcPlace): void {
  at(place, (hook, options) => {
    const result = libbpf().bpf_tc_detach(hook, options);
    if (!absent.has(-result)) checkBpf(result, `detach an eBPF program from ${place.device} ${place.hook}`);
  });
}

const absent: ReadonlySet<number> = new Set([Errno.noEntry, Errno.invalid, Errno.noDevice]);

type TcCall<T> = (
  hook: number,
  options: number,
  set: (fields: { programFd: number; flags: number }) => void,
  programId: () => number,
) => T;

/** Lays out `struct bpf_tc_hook` and `struct bpf_tc_opts` for one call. */
function at<T>(place: TcPlace, call: TcCall<T>): T {
  const ifindex = deviceIndex(place.device);
  return withScratch((arena) => {
    const { view } = arena;
    arena.setLong(0, hookSize);
    view.setInt32(8, ifindex, true);
    view.setUint32(12, attachPoints[place.hook], true);
    arena.setLong(optionsAt, optionsSize);
    view.setUint32(optionsAt + 20, handle, true);
    view.setUint32(optionsAt + 24, place.priority, true);
    return call(
      arena.address(0),
      arena.address(optionsAt),
      ({ programFd, flags }) => {
        view.setInt32(optionsAt + 8, programFd, true);
        view.setUint32(optionsAt + 12, flags, true);
      },
      () => view.getUint32(optionsAt + 16, true),
    );
  });
}

import { PatronusError } from '@patronus/core';
import { Arena } from './arena.ts';
import { check, lastErrno, errnoText, libc } from './libc.ts';

const readWriteNonBlockCloseOnExec = 0x80802;
const tunSetInterface = 0x4004_54ca;
const tapWithoutPacketInfo = 0x1002;
const interfaceNameSize = 16;

/** The longest Ethernet frame on a device of MTU 1500, with a VLAN tag, rounded up. */
const frameSize = 2048;

/** Room for a number of Ethernet frames outside the garbage collector's reach. Pages are used as they are touched. */
export class FrameStore {
  readonly count: number;
  readonly #arena: Arena;
  readonly #base: number;

  constructor(count: number) {
    this.count = count;
    this.#arena = new Arena(count * frameSize);
    this.#base = this.#arena.take(count * frameSize);
  }

  /** The machine address of a slot, 0 to `count` − 1. */
  address(slot: number): number {
    return this.#arena.address(this.#base + slot * frameSize);
  }
}

/** An Ethernet device (TAP) whose wire is this process. It is gone when the process ends. */
export class TapDevice {
  readonly fd: number;
  readonly #libc = libc();

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** Makes the device in the network namespace of the calling thread; it may be moved to another one afterwards. */
  static open(name: string): TapDevice {
    const fd = libc().open('/dev/net/tun', readWriteNonBlockCloseOnExec);
    if (fd < 0) {
      throw new PatronusError(
        'unsupported_kernel',
        `cannot open /dev/net/tun (${errnoText(lastErrno())}); load the tun module or grant access to the device`,
      );
    }
    const arena = new Arena(4096);
    const request = arena.take(40);
    arena.bytes.set(new TextEncoder().encode(name).subarray(0, interfaceNameSize - 1), request);
    arena.view.setInt16(request + interfaceNameSize, tapWithoutPacketInfo, true);
    check(libc().ioctl(fd, tunSetInterface, arena.address(request)), `make TAP device ${name}`);
    return new TapDevice(fd);
  }

  /** Reads the next frame sent out of the device into a slot; its length, or 0 when there is none. */
  read(store: FrameStore, slot: number): number {
    return Math.max(0, this.#libc.read(this.fd, store.address(slot), frameSize));
  }

  /** Lets the device receive a frame. A device that is down loses it. */
  write(store: FrameStore, slot: number, length: number): void {
    this.#libc.write(this.fd, store.address(slot), length);
  }
}

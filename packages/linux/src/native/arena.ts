import koffi from 'koffi';
import { PatronusError } from '@patronus/core';
import { errnoText, lastErrno, libc } from './libc.ts';

const protReadWrite = 0x3;
const mapPrivateAnonymous = 0x22;

/**
 * Memory at a fixed address that both the kernel and JavaScript see, so that structures given to system calls are laid
 * out once and reused. Never unmapped: one lives as long as the socket or loop that owns it, and a process has a handful.
 */
export class Arena {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly #base: number;
  #used = 0;

  constructor(size: number) {
    const pointer = libc().mmap(0, size, protReadWrite, mapPrivateAnonymous, -1, 0);
    if (pointer === 0xffff_ffff_ffff_ffffn || pointer === -1n) {
      throw new PatronusError('exhausted', `could not map ${size} octets of memory: ${errnoText(lastErrno())}`);
    }
    const buffer = koffi.view(pointer, size);
    this.view = new DataView(buffer);
    this.bytes = new Uint8Array(buffer);
    this.#base = Number(pointer);
  }

  /** The offset of fresh zeroed octets, aligned for any C type. */
  take(size: number): number {
    const offset = this.#used;
    this.#used += Math.ceil(size / 8) * 8;
    if (this.#used > this.bytes.length) throw new RangeError(`arena of ${this.bytes.length} octets is full`);
    return offset;
  }

  /** The machine address of an offset. */
  address(offset: number): number {
    return this.#base + offset;
  }

  setPointer(at: number, target: number): void {
    this.view.setBigUint64(at, BigInt(this.address(target)), true);
  }

  /** Writes a `size_t`, `long` or `uint64_t` that is below 2^53. */
  setLong(at: number, value: number): void {
    this.view.setUint32(at, value % 2 ** 32, true);
    this.view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
  }

  getLong(at: number): number {
    return this.view.getUint32(at, true) + this.view.getUint32(at + 4, true) * 2 ** 32;
  }
}

import { PatronusError } from '@patronus/core';
import { Arena } from './arena.ts';
import { check, errnoText, Errno, lastErrno, libc } from './libc.ts';

const afNetlink = 16;
const rawNonBlockCloseOnExec = 0x80803;
const netlinkNetfilter = 12;
const solSocket = 1;
const soReceiveBufferForce = 33;
const soReceiveBuffer = 8;
const solNetlink = 270;
const netlinkCapAck = 10;
const netlinkNoBuffers = 5;

const messageError = 2;
const headerSize = 16;
const netfilterHeaderSize = 4;
const nested = 0x8000;
/** The kernel acknowledges within microseconds; a lost answer must not hold packets for longer than this. */
const answerTimeoutMs = 200;

export const NetlinkFlag = { request: 1, ack: 4, create: 0x400 } as const;

/** Opens a socket to the kernel's netfilter, in the calling thread's network namespace. Needs CAP_NET_ADMIN. */
export function openNetfilterSocket(receiveBytes = 0): number {
  const fd = check(libc().socket(afNetlink, rawNonBlockCloseOnExec, netlinkNetfilter), 'open a netfilter socket');
  const arena = new Arena(4096);
  const value = arena.take(8);
  const set = (level: number, name: number, number: number): number => {
    arena.view.setInt32(value, number, true);
    return libc().setsockopt(fd, level, name, arena.address(value), 4);
  };
  set(solNetlink, netlinkCapAck, 1);
  if (receiveBytes > 0) {
    // What does not fit is lost, and must not make an error of the next message.
    set(solNetlink, netlinkNoBuffers, 1);
    if (set(solSocket, soReceiveBufferForce, receiveBytes) < 0) set(solSocket, soReceiveBuffer, receiveBytes);
  }
  return fd;
}

/** Writes netlink messages of netfilter one after the other, and asks the kernel what it makes of them. */
export class NetlinkRequest {
  readonly #fd: number;
  readonly #arena: Arena;
  readonly #start: number;
  readonly #size: number;
  readonly #answer: number;
  readonly #poll: number;
  #at = 0;
  #message = 0;
  #sequence = 0;
  /** Of the last message that is to be acknowledged. */
  #asked = 0;

  constructor(fd: number, size = 65_536) {
    this.#fd = fd;
    this.#size = size;
    this.#arena = new Arena(size + 16_384);
    this.#start = this.#arena.take(size);
    this.#answer = this.#arena.take(8_192);
    this.#poll = this.#arena.take(32);
    this.clear();
  }

  /** How many octets may still be written. */
  get room(): number {
    return this.#start + this.#size - this.#at;
  }

  clear(): void {
    this.#at = this.#start;
  }

  /** Begins a message (`struct nlmsghdr`, `struct nfgenmsg`). */
  begin(type: number, flags: number, { family = 0, resource = 0 }: { family?: number; resource?: number } = {}): void {
    const { view } = this.#arena;
    this.#message = this.#at;
    this.#sequence = (this.#sequence + 1) >>> 0;
    if ((flags & NetlinkFlag.ack) !== 0) this.#asked = this.#sequence;
    view.setUint16(this.#at + 4, type, true);
    view.setUint16(this.#at + 6, flags, true);
    view.setUint32(this.#at + 8, this.#sequence, true);
    view.setUint32(this.#at + 12, 0, true);
    view.setUint8(this.#at + 16, family);
    view.setUint8(this.#at + 17, 0);
    view.setUint16(this.#at + 18, resource, false);
    this.#at += headerSize + netfilterHeaderSize;
  }

  end(): void {
    this.#arena.view.setUint32(this.#message, this.#at - this.#message, true);
  }

  /** An attribute that holds others, which `write` writes. */
  nest(type: number, write: () => void): void {
    const start = this.#at;
    this.#at += 4;
    write();
    this.#close(start, type | nested);
  }

  octets(type: number, octets: Uint8Array): void {
    const start = this.#at;
    this.#arena.bytes.set(octets, start + 4);
    this.#at += 4 + octets.length;
    this.#close(start, type);
  }

  /** Big-endian, as netfilter wants its numbers. */
  uint32(type: number, value: number): void {
    this.#arena.view.setUint32(this.#at + 4, value, false);
    this.#fixed(type, 4);
  }

  uint64(type: number, value: number): void {
    this.#arena.view.setBigUint64(this.#at + 4, BigInt(value), false);
    this.#fixed(type, 8);
  }

  uint16(type: number, value: number): void {
    this.#arena.view.setUint16(this.#at + 4, value, false);
    this.#fixed(type, 2);
  }

  uint8(type: number, value: number): void {
    this.#arena.view.setUint8(this.#at + 4, value);
    this.#fixed(type, 1);
  }

  text(type: number, text: string): void {
    this.octets(type, Buffer.from(`${text}\0`, 'latin1'));
  }

  /** Sends what was written, and waits for no answer. */
  post(what: string): void {
    const sent = libc().send(this.#fd, this.#arena.address(this.#start), this.#at - this.#start, 0);
    this.clear();
    check(sent, what);
  }

  /**
   * Sends what was written and waits until its last message that asks for it is acknowledged; answers 0, or the error number
   * with which the kernel refused any of them.
   */
  ask(): number {
    const first = this.#arena.view.getUint32(this.#start + 8, true);
    const length = this.#at - this.#start;
    this.clear();
    if (libc().send(this.#fd, this.#arena.address(this.#start), length, 0) < 0) return lastErrno();
    return this.#readAnswer(first);
  }

  #readAnswer(first: number): number {
    const { view } = this.#arena;
    for (;;) {
      const length = libc().recv(this.#fd, this.#arena.address(this.#answer), 8_192, 0);
      if (length < 0) {
        const errno = lastErrno();
        if (errno === Errno.interrupted) continue;
        if (errno !== Errno.again || !this.#wait()) return errno;
        continue;
      }
      for (let at = this.#answer; at + headerSize + 4 <= this.#answer + length;) {
        const sequence = view.getUint32(at + 8, true);
        if (view.getUint16(at + 4, true) === messageError && (sequence - first) >>> 0 < 0x8000_0000) {
          const errno = Math.abs(view.getInt32(at + headerSize, true));
          if (errno !== 0 || sequence === this.#asked) return errno;
        }
        at += Math.max(headerSize, Math.ceil(view.getUint32(at, true) / 4) * 4);
      }
    }
  }

  #wait(): boolean {
    const { view } = this.#arena;
    view.setInt32(this.#poll, this.#fd, true);
    view.setInt16(this.#poll + 4, 1, true);
    this.#arena.setLong(this.#poll + 8, 0);
    this.#arena.setLong(this.#poll + 16, answerTimeoutMs * 1e6);
    return libc().ppoll(this.#arena.address(this.#poll), 1, this.#arena.address(this.#poll + 8), 0) > 0;
  }

  #fixed(type: number, size: number): void {
    const start = this.#at;
    this.#at += 4 + size;
    this.#close(start, type);
  }

  #close(start: number, type: number): void {
    const { view, bytes } = this.#arena;
    view.setUint16(start, this.#at - start, true);
    view.setUint16(start + 2, type, true);
    const padded = Math.ceil(this.#at / 4) * 4;
    bytes.fill(0, this.#at, padded);
    this.#at = padded;
  }
}

/** The error of a refused request. */
export const refusedRequest = (errno: number, what: string): PatronusError =>
  new PatronusError('kernel_refused', `could not ${what}: ${errnoText(errno)}`, { facts: { errno } });

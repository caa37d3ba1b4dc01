import type { Address } from '@patronus/core';
import { ipv4ToNumber } from './address.ts';
import { Arena } from './arena.ts';
import { check, lastErrno, libc } from './libc.ts';

const afInet = 2;
const datagramNonBlockCloseOnExec = 0x80802;
const solIp = 0;
const ipTos = 1;
const nameSize = 16;
const vectorSize = 16;
const headerSize = 64;

/**
 * A UDP socket that sends packets of one size to one place, one system call each. It is not connected, so that an answer
 * such as "port unreachable" does not fail a later packet.
 */
export class StreamSocket {
  readonly fd: number;
  /** The payload that {@link send} sends. */
  readonly payload: DataView;
  readonly #arena: Arena;
  readonly #header: number;

  private constructor(fd: number, arena: Arena, header: number, payload: DataView) {
    this.fd = fd;
    this.#arena = arena;
    this.#header = header;
    this.payload = payload;
  }

  /** `dscp` is a code point 0–63 (RFC 2474), `bytes` the size of the UDP payload. */
  static open(target: { address: Address; port: number; dscp: number; bytes: number }): StreamSocket {
    const arena = new Arena(4096 + target.bytes);
    const [value, name, vector, header] = [4, nameSize, vectorSize, headerSize].map((size) => arena.take(size)) as [
      number,
      number,
      number,
      number,
    ];
    const payload = arena.take(target.bytes);
    const { view } = arena;
    view.setUint16(name, afInet, true);
    view.setUint16(name + 2, target.port, false);
    view.setUint32(name + 4, ipv4ToNumber(target.address), false);
    arena.setPointer(vector, payload);
    arena.setLong(vector + 8, target.bytes);
    arena.setPointer(header, name);
    view.setUint32(header + 8, nameSize, true);
    arena.setPointer(header + 16, vector);
    arena.setLong(header + 24, 1);

    const fd = check(libc().socket(afInet, datagramNonBlockCloseOnExec, 0), 'open a UDP socket');
    view.setInt32(value, target.dscp << 2, true);
    check(libc().setsockopt(fd, solIp, ipTos, arena.address(value), 4), `mark packets with DSCP ${target.dscp}`);
    return new StreamSocket(fd, arena, header, new DataView(view.buffer, view.byteOffset + payload, target.bytes));
  }

  /** Sends the payload as it is now; 0, or the errno for which the packet did not leave. */
  send(): number {
    return libc().sendmmsg(this.fd, this.#arena.address(this.#header), 1, 0) === 1 ? 0 : lastErrno();
  }
}

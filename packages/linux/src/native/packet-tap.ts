import { Arena } from './arena.ts';
import { Errno, lastErrno, libc } from './libc.ts';
import { NetlinkFlag, NetlinkRequest, openNetfilterSocket, refusedRequest } from './netlink-request.ts';

/**
 * How packets come that rules of nftables hand over: `hold`, by `queue`, until a verdict lets them go on, or `copy`, by
 * `log group`, while they go on by themselves.
 */
export type TapMode = 'hold' | 'copy';

const subsystem = { hold: 3, copy: 4 } as const;
const packetMessage = 0;
const verdictMessage = 1;
const configMessage = { hold: 2, copy: 1 } as const;
const bind = 1;
const copyPacket = 2;

const queueCommand = 1;
const queueParameters = 2;
const queueMaxLength = 3;
const queueFlagMask = 4;
const queueFlags = 5;
/** Packets go on unseen when the queue is full, and come whole where the kernel put several together. */
const failOpenAndLarge = 0x1 | 0x4;
const queuePacketHeader = 1;
const queueVerdict = 2;
const queuePayload = 10;
const accept = 1;

const logCommand = 1;
const logMode = 2;
const logThreshold = 5;
const logPayload = 9;
const logPrefix = 10;

const headerSize = 20;
/** A packet of 64 KiB with its attributes. */
const bufferSize = 72 * 1024;
/** A burst of answers and greetings; each takes some 2 KiB with the kernel's overhead. */
const socketBytes = 4 * 1024 * 1024;
/** Held packets; at 5,000 a second it takes a fifth of a second without an answer to fill it. */
const maxHeld = 1_024;

/** A packet that was handed over, from its IP header on, in place: read it during the call that gives it. */
export interface TappedPacket {
  bytes: Uint8Array;
  from: number;
  to: number;
  /** To be told with the verdict; 0 where none is wanted. */
  id: number;
  /** The prefix that the rule gave it; empty where it gave none, and for held ones. */
  label: string;
}

/** Receives packets that rules of nftables hand over to a queue or a log group of this number. */
export class PacketTap {
  readonly fd: number;
  readonly mode: TapMode;
  readonly #number: number;
  readonly #arena = new Arena(bufferSize + 4096);
  readonly #buffer = this.#arena.take(bufferSize);
  readonly #request: NetlinkRequest;
  readonly #packet: TappedPacket;

  private constructor(fd: number, mode: TapMode, number: number) {
    this.fd = fd;
    this.mode = mode;
    this.#number = number;
    this.#request = new NetlinkRequest(fd, 4096);
    this.#packet = { bytes: this.#arena.bytes, from: 0, to: 0, id: 0, label: '' };
  }

  /** Binds in the calling thread's network namespace. Errors: `kernel_refused`, also where another program has the number. */
  static open(mode: TapMode, number: number): PacketTap {
    const fd = openNetfilterSocket(socketBytes);
    const tap = new PacketTap(fd, mode, number);
    try {
      tap.#configure();
      return tap;
    } catch (error) {
      libc().close(fd);
      throw error;
    }
  }

  /** Uses a socket that another thread opened. */
  static attach(fd: number, mode: TapMode, number: number): PacketTap {
    return new PacketTap(fd, mode, number);
  }

  /** Hands over what has come, without waiting; returns how many packets that were. A held one waits for {@link release}. */
  receive(handle: (packet: TappedPacket) => void, limit = 256): number {
    const { view } = this.#arena;
    const wanted = (subsystem[this.mode] << 8) | packetMessage;
    let count = 0;
    while (count < limit) {
      const length = libc().recv(this.fd, this.#arena.address(this.#buffer), bufferSize, 0);
      if (length < 0) {
        if (lastErrno() === Errno.interrupted) continue;
        return count;
      }
      const end = this.#buffer + Math.min(length, bufferSize);
      for (let at = this.#buffer; at + headerSize <= end;) {
        const size = view.getUint32(at, true);
        if (size < headerSize || at + size > end) break;
        if (view.getUint16(at + 4, true) === wanted && this.#read(at + headerSize, at + size)) {
          handle(this.#packet);
          count++;
        }
        at += Math.ceil(size / 4) * 4;
      }
    }
    return count;
  }

  /** Lets a held packet go on. */
  release(id: number): void {
    if (this.mode === 'copy') return;
    const header = Buffer.alloc(8);
    header.writeUInt32BE(accept, 0);
    header.writeUInt32BE(id, 4);
    this.#request.begin((subsystem.hold << 8) | verdictMessage, NetlinkFlag.request, { resource: this.#number });
    this.#request.octets(queueVerdict, header);
    this.#request.end();
    this.#request.post('let a packet go on');
  }

  #read(start: number, end: number): boolean {
    const { view } = this.#arena;
    const packet = this.#packet;
    const payload = this.mode === 'hold' ? queuePayload : logPayload;
    packet.id = 0;
    packet.to = 0;
    packet.label = '';
    for (let at = start; at + 4 <= end;) {
      const size = view.getUint16(at, true);
      const type = view.getUint16(at + 2, true) & 0x7fff;
      if (size < 4 || at + size > end) break;
      if (type === queuePacketHeader && this.mode === 'hold') packet.id = view.getUint32(at + 4, false);
      if (type === logPrefix && this.mode === 'copy') packet.label = textAt(this.#arena.bytes, at + 4, at + size);
      if (type === payload) {
        packet.from = at + 4;
        packet.to = at + size;
      }
      at += Math.ceil(size / 4) * 4;
    }
    // A held one must be let go even where it came without its octets.
    if (packet.to === 0) packet.from = 0;
    return packet.to > 0 || packet.id > 0;
  }

  #configure(): void {
    this.#ask(
      (request) => request.octets(this.mode === 'hold' ? queueCommand : logCommand, this.#bindCommand()),
      'listen for',
    );
    if (this.mode === 'copy') {
      this.#ask((request) => {
        request.octets(logMode, Buffer.from([0, 0, 0xff, 0xff, copyPacket, 0]));
        request.uint32(logThreshold, 1);
      }, 'be told whole');
      return;
    }
    this.#ask((request) => {
      request.octets(queueParameters, Buffer.from([0, 0, 0xff, 0xff, copyPacket]));
      request.uint32(queueMaxLength, maxHeld);
    }, 'be told whole');
    this.#ask((request) => {
      request.uint32(queueFlagMask, failOpenAndLarge);
      request.uint32(queueFlags, failOpenAndLarge);
    }, 'fail open for');
  }

  #bindCommand(): Buffer {
    return this.mode === 'hold' ? Buffer.from([bind, 0, 0, 0]) : Buffer.from([bind]);
  }

  #ask(write: (request: NetlinkRequest) => void, what: string): void {
    const type = (subsystem[this.mode] << 8) | configMessage[this.mode];
    this.#request.begin(type, NetlinkFlag.request | NetlinkFlag.ack, { resource: this.#number });
    write(this.#request);
    this.#request.end();
    const errno = this.#request.ask();
    if (errno !== 0)
      throw refusedRequest(errno, `${what} packets of ${this.mode === 'hold' ? 'queue' : 'log group'} ${this.#number}`);
  }
}

/** Text that ends at its first zero. */
const textAt = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.subarray(from, to))
    .toString('latin1')
    .replace(/\0[^]*$/, '');

import { Arena } from './arena.ts';
import { check, Errno, lastErrno, libc } from './libc.ts';
import { readTimespecMs, RealtimeClock } from './realtime-clock.ts';

/** A packet as the kernel handed it over. One object is reused for all: read it during the call that gives it. */
export interface ReceivedDatagram {
  /** The payload is `length` octets of `view` from `offset`. A longer packet than fits is cut and says its cut length + 1. */
  view: DataView;
  offset: number;
  length: number;
  remoteAddress: number;
  remotePort: number;
  /** The address of ours that it was sent to. */
  localAddress: number;
  ttl: number;
  /** When the kernel received it, unix ms. */
  receivedMs: number;
}

/** Told about each packet of a flush. `slot` counts from 0 within the flush. */
export interface FlushObserver {
  /** Just before the packet leaves: the last chance to write its timestamp. */
  beforeSend(slot: number, offset: number, wallMs: number): void;
  /** `sentMs` is the best estimate of when it left, unix ms; `errno` is 0 where it did. */
  afterSend(slot: number, sentMs: number, errno: number): void;
}

const afInet = 2;
const datagramNonBlockCloseOnExec = 0x80802;
const solSocket = 1;
const soSendBuffer = 7;
const soReceiveBuffer = 8;
const soSendBufferForce = 32;
const soReceiveBufferForce = 33;
const soTimestampNs = 35;
const solIp = 0;
const ipTtl = 2;
const ipPacketInfo = 8;
const ipReceiveTtl = 12;
const messageTruncated = 0x20;

/** Packets queued before a flush, and read at once. */
export const socketBatch = 256;
/**
 * Packets stamped with one reading of the clock: a packet to a tunnel costs the kernel some 5 µs, so the last of a chunk
 * leaves under 0.1 ms after its stamp. Smaller chunks cost more system calls.
 */
const chunk = 16;
/** A burst of 4,000 packets (0.5 s of the largest load) with the kernel's overhead per packet. */
const bufferBytes = 4 * 1024 * 1024;
const probeTtl = 255;

/** Octets of a payload slot; a STAMP packet has 44, and up to 120 with what extends it. */
const slotSize = 128;
const controlSize = 128;
const headerSize = 64;
const nameSize = 16;
const sendControlSize = 32;

/**
 * A non-blocking IPv4 UDP socket for measuring: sends from a chosen address per packet (IP_PKTINFO), in batches, and tells
 * of every received packet which address it came to, with which TTL, and when the kernel received it.
 */
export class ProbeSocket {
  readonly fd: number;
  /** Payload of queued packets; {@link queue} answers where. */
  readonly view: DataView;
  readonly #clock = new RealtimeClock();
  readonly #arena: Arena;
  readonly #send: MessageTable;
  readonly #receive: MessageTable;
  readonly #datagram: ReceivedDatagram;
  #queued = 0;

  private constructor(fd: number) {
    this.fd = fd;
    const table = socketBatch * (headerSize + 16 + nameSize + controlSize + slotSize);
    this.#arena = new Arena(2 * table);
    this.#send = layOut(this.#arena, sendControlSize);
    this.#receive = layOut(this.#arena, controlSize);
    this.view = this.#arena.view;
    this.#datagram = {
      view: this.view,
      offset: 0,
      length: 0,
      remoteAddress: 0,
      remotePort: 0,
      localAddress: 0,
      ttl: 0,
      receivedMs: 0,
    };
    for (let slot = 0; slot < socketBatch; slot++) this.#prepareSend(slot);
  }

  /** Binds to all addresses on a port, 0 for any free one; throws `address_in_use` where another program has it. */
  static open(port = 0): ProbeSocket {
    const fd = check(libc().socket(afInet, datagramNonBlockCloseOnExec, 0), 'open a UDP socket');
    try {
      const arena = new Arena(4096);
      const value = arena.take(16);
      const set = (level: number, name: number, number: number): number => {
        arena.view.setInt32(value, number, true);
        return libc().setsockopt(fd, level, name, arena.address(value), 4);
      };
      for (const [level, name] of [
        [solSocket, soTimestampNs],
        [solIp, ipPacketInfo],
        [solIp, ipReceiveTtl],
      ] as const) {
        check(set(level, name, 1), `set socket option ${name}`);
      }
      check(set(solIp, ipTtl, probeTtl), 'set the TTL');
      if (set(solSocket, soReceiveBufferForce, bufferBytes) < 0) set(solSocket, soReceiveBuffer, bufferBytes);
      if (set(solSocket, soSendBufferForce, bufferBytes) < 0) set(solSocket, soSendBuffer, bufferBytes);
      writeSocketAddress(arena.view, value, 0, port);
      check(libc().bind(fd, arena.address(value), nameSize), `listen on UDP port ${port}`);
      return new ProbeSocket(fd);
    } catch (error) {
      libc().close(fd);
      throw error;
    }
  }

  /** Uses a socket that another thread opened. */
  static attach(fd: number): ProbeSocket {
    return new ProbeSocket(fd);
  }

  get queued(): number {
    return this.#queued;
  }

  /** Takes the next slot for a packet and returns where in {@link view} its payload goes; flush before it is full. */
  queue(packet: { remoteAddress: number; remotePort: number; localAddress: number; length: number }): number {
    const { view } = this.#arena;
    const slot = this.#queued++;
    if (slot >= socketBatch) throw new RangeError('the send queue is full; flush it first');
    const send = this.#send;
    writeSocketAddress(view, send.names + slot * nameSize, packet.remoteAddress, packet.remotePort);
    view.setUint32(send.controls + slot * send.controlSize + 20, packet.localAddress, false);
    view.setUint32(send.vectors + slot * 16 + 8, packet.length, true);
    return send.payloads + slot * slotSize;
  }

  /**
   * Sends what is queued, in chunks that are stamped as they leave. A packet that cannot be sent (no route, device gone) is
   * told to the observer and does not hold up the others.
   */
  flush(observer: FlushObserver): void {
    const count = this.#queued;
    for (let start = 0; start < count; start += chunk) this.#sendChunk(start, Math.min(count, start + chunk), observer);
    this.#queued = 0;
  }

  #sendChunk(start: number, end: number, observer: FlushObserver): void {
    const { headers, payloads } = this.#send;
    const before = this.#clock.nowMs();
    for (let slot = start; slot < end; slot++) observer.beforeSend(slot, payloads + slot * slotSize, before);
    let from = start;
    while (from < end) {
      const startedMs = this.#clock.nowMs();
      const sent = libc().sendmmsg(this.fd, this.#arena.address(headers + from * headerSize), end - from, 0);
      if (sent > 0) {
        const eachMs = (this.#clock.nowMs() - startedMs) / sent;
        for (let index = 0; index < sent; index++) observer.afterSend(from + index, startedMs + index * eachMs, 0);
        from += sent;
      } else {
        const errno = lastErrno();
        if (errno === Errno.interrupted) continue;
        observer.afterSend(from, startedMs, errno);
        from++;
      }
    }
  }

  /** Hands over up to `limit` packets that have arrived, without waiting; returns how many. */
  receive(handle: (datagram: ReceivedDatagram) => void, limit = socketBatch): number {
    const { headers } = this.#receive;
    const wanted = Math.min(limit, socketBatch);
    for (let slot = 0; slot < wanted; slot++) this.#prepareReceive(slot);
    const count = libc().recvmmsg(this.fd, this.#arena.address(headers), wanted, 0, 0);
    for (let slot = 0; slot < count; slot++) handle(this.#read(slot));
    return Math.max(0, count);
  }

  #prepareSend(slot: number): void {
    const arena = this.#arena;
    const { headers, names, vectors, controls, payloads } = this.#send;
    const header = headers + slot * headerSize;
    const control = controls + slot * this.#send.controlSize;
    arena.setPointer(header, names + slot * nameSize);
    arena.view.setUint32(header + 8, nameSize, true);
    arena.setPointer(header + 16, vectors + slot * 16);
    arena.setLong(header + 24, 1);
    arena.setPointer(header + 32, control);
    arena.setLong(header + 40, sendControlSize);
    arena.setPointer(vectors + slot * 16, payloads + slot * slotSize);
    // struct cmsghdr with a struct in_pktinfo: interface left to routing, our address filled in per packet.
    arena.setLong(control, 28);
    arena.view.setInt32(control + 8, solIp, true);
    arena.view.setInt32(control + 12, ipPacketInfo, true);
  }

  #prepareReceive(slot: number): void {
    const arena = this.#arena;
    const { headers, names, vectors, controls, payloads } = this.#receive;
    const header = headers + slot * headerSize;
    if (arena.view.getUint32(header + 24, true) === 0) {
      arena.setPointer(header, names + slot * nameSize);
      arena.setPointer(header + 16, vectors + slot * 16);
      arena.setLong(header + 24, 1);
      arena.setPointer(header + 32, controls + slot * controlSize);
      arena.setPointer(vectors + slot * 16, payloads + slot * slotSize);
      arena.setLong(vectors + slot * 16 + 8, slotSize);
    }
    arena.view.setUint32(header + 8, nameSize, true);
    arena.view.setUint32(header + 40, controlSize, true);
  }

  #read(slot: number): ReceivedDatagram {
    const { view } = this.#arena;
    const { headers, names, controls, payloads } = this.#receive;
    const header = headers + slot * headerSize;
    const name = names + slot * nameSize;
    const datagram = this.#datagram;
    const truncated = (view.getUint32(header + 48, true) & messageTruncated) !== 0;
    datagram.offset = payloads + slot * slotSize;
    datagram.length = view.getUint32(header + 56, true) + (truncated ? 1 : 0);
    datagram.remotePort = view.getUint16(name + 2, false);
    datagram.remoteAddress = view.getUint32(name + 4, false);
    datagram.localAddress = 0;
    datagram.ttl = 0;
    datagram.receivedMs = 0;
    this.#readControls(controls + slot * controlSize, view.getUint32(header + 40, true));
    if (datagram.receivedMs === 0) datagram.receivedMs = this.#clock.nowMs();
    return datagram;
  }

  #readControls(start: number, length: number): void {
    const { view } = this.#arena;
    const datagram = this.#datagram;
    let at = start;
    while (at + 16 <= start + length) {
      const size = view.getUint32(at, true);
      const level = view.getInt32(at + 8, true);
      const type = view.getInt32(at + 12, true);
      if (level === solSocket && type === soTimestampNs) datagram.receivedMs = readTimespecMs(view, at + 16);
      else if (level === solIp && type === ipPacketInfo) datagram.localAddress = view.getUint32(at + 24, false);
      else if (level === solIp && type === ipTtl) datagram.ttl = view.getUint32(at + 16, true);
      if (size < 16) return;
      at += Math.ceil(size / 8) * 8;
    }
  }
}

/** Where an array of `struct mmsghdr` and what its entries point at lie in the arena. */
interface MessageTable {
  readonly headers: number;
  readonly vectors: number;
  readonly names: number;
  readonly controls: number;
  readonly controlSize: number;
  readonly payloads: number;
}

const layOut = (arena: Arena, controlBytes: number): MessageTable => ({
  headers: arena.take(socketBatch * headerSize),
  vectors: arena.take(socketBatch * 16),
  names: arena.take(socketBatch * nameSize),
  controls: arena.take(socketBatch * controlBytes),
  controlSize: controlBytes,
  payloads: arena.take(socketBatch * slotSize),
});

/** A `struct sockaddr_in`. */
function writeSocketAddress(view: DataView, at: number, address: number, port: number): void {
  view.setUint16(at, afInet, true);
  view.setUint16(at + 2, port, false);
  view.setUint32(at + 4, address, false);
}

import { blackholeNextHop, err, ok, routeProtocol, type Result } from '@patronus/core';
import { Arena } from './arena.ts';
import { check, errnoText, Errno, lastErrno, libc } from './libc.ts';

/** One next hop of a group; flows are shared in proportion of the weights, 1–256. */
export interface NextHopMember {
  readonly id: number;
  readonly weight: number;
}

/** Why the kernel did not take a group: `missing` is true where the group or a member does not exist. */
export interface NextHopRefusal {
  readonly errno: number;
  readonly missing: boolean;
  readonly text: string;
}

const afNetlink = 16;
const rawCloseOnExec = 0x80003;
const netlinkRoute = 0;
const solSocket = 1;
const soReceiveTimeout = 20;
const solNetlink = 270;
const netlinkCapAck = 10;
const netlinkExtAck = 11;

const newNextHop = 104;
const requestAckReplace = 0x105;
const attributeId = 1;
const attributeGroup = 2;
const messageError = 2;
const ackHasAttributes = 0x200;
const errorAttributeMessage = 1;
const headerSize = 16;
const memberSize = 8;
const bufferSize = 8192;
/** The kernel acknowledges within microseconds; a lost answer must not stop the probes for longer than this. */
const answerTimeoutMs = 200;

/**
 * Moves traffic: rewrites the members of a nexthop group in one netlink message (`ip nexthop replace id G group …`,
 * linux/nexthop.h), so that every route that points at the group follows at once. It never makes or deletes a group.
 */
export class NextHopSwitch {
  readonly fd: number;
  readonly #arena = new Arena(2 * bufferSize);
  readonly #request = this.#arena.take(bufferSize);
  readonly #answer = this.#arena.take(bufferSize);
  #sequence = 0;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** Opens a socket in the calling thread's network namespace. */
  static open(): NextHopSwitch {
    const fd = check(libc().socket(afNetlink, rawCloseOnExec, netlinkRoute), 'open a netlink socket');
    const arena = new Arena(4096);
    const value = arena.take(16);
    arena.view.setInt32(value, 1, true);
    for (const option of [netlinkCapAck, netlinkExtAck]) {
      libc().setsockopt(fd, solNetlink, option, arena.address(value), 4);
    }
    arena.setLong(value, 0);
    arena.setLong(value + 8, answerTimeoutMs * 1000);
    check(libc().setsockopt(fd, solSocket, soReceiveTimeout, arena.address(value), 16), 'set a netlink time-out');
    return new NextHopSwitch(fd);
  }

  /** Uses a socket that another thread opened. */
  static attach(fd: number): NextHopSwitch {
    return new NextHopSwitch(fd);
  }

  /** Gives a group these members, or the blackhole next hop where there are none. Returns when the kernel has done it. */
  replaceGroup(groupId: number, members: readonly NextHopMember[]): Result<void, NextHopRefusal> {
    const length = this.#writeRequest(groupId, members.length > 0 ? members : [{ id: blackholeNextHop, weight: 1 }]);
    if (libc().send(this.fd, this.#arena.address(this.#request), length, 0) < 0) return refusal(lastErrno(), '');
    return this.#readAnswer();
  }

  #writeRequest(groupId: number, members: readonly NextHopMember[]): number {
    const { view } = this.#arena;
    const start = this.#request;
    const length = headerSize + 8 + 8 + 4 + members.length * memberSize;
    if (length > bufferSize) throw new RangeError(`a group of ${members.length} next hops is too large`);
    this.#sequence = (this.#sequence + 1) >>> 0;
    view.setUint32(start, length, true);
    view.setUint16(start + 4, newNextHop, true);
    view.setUint16(start + 6, requestAckReplace, true);
    view.setUint32(start + 8, this.#sequence, true);
    view.setUint32(start + 12, 0, true);
    // struct nhmsg: family unspecified, scope, protocol, reserved, flags.
    view.setUint32(start + 16, 0, true);
    view.setUint8(start + 18, routeProtocol);
    view.setUint32(start + 20, 0, true);
    view.setUint16(start + 24, 8, true);
    view.setUint16(start + 26, attributeId, true);
    view.setUint32(start + 28, groupId, true);
    view.setUint16(start + 32, 4 + members.length * memberSize, true);
    view.setUint16(start + 34, attributeGroup, true);
    members.forEach(({ id, weight }, index) => {
      const at = start + 36 + index * memberSize;
      view.setUint32(at, id, true);
      view.setUint32(at + 4, Math.min(256, Math.max(1, weight)) - 1, true);
    });
    return length;
  }

  #readAnswer(): Result<void, NextHopRefusal> {
    const { view } = this.#arena;
    const at = this.#answer;
    for (;;) {
      const length = libc().recv(this.fd, this.#arena.address(at), bufferSize, 0);
      if (length < 0) {
        const errno = lastErrno();
        if (errno === Errno.interrupted) continue;
        return refusal(errno, 'no answer from the kernel');
      }
      const isOurs = view.getUint16(at + 4, true) === messageError && view.getUint32(at + 8, true) === this.#sequence;
      if (!isOurs) continue;
      const error = -view.getInt32(at + headerSize, true);
      return error === 0 ? ok(undefined) : refusal(error, this.#errorMessage(length));
    }
  }

  /** The kernel's own words (NLMSGERR_ATTR_MSG), which follow the capped request in an acknowledgement. */
  #errorMessage(length: number): string {
    const { view, bytes } = this.#arena;
    const at = this.#answer;
    if ((view.getUint16(at + 6, true) & ackHasAttributes) === 0) return '';
    let offset = headerSize + 4 + headerSize;
    while (offset + 4 <= length) {
      const size = view.getUint16(at + offset, true);
      if (size < 4 || offset + size > length) return '';
      if (view.getUint16(at + offset + 2, true) === errorAttributeMessage) {
        return Buffer.from(bytes.subarray(at + offset + 4, at + offset + size - 1)).toString('latin1');
      }
      offset += Math.ceil(size / 4) * 4;
    }
    return '';
  }
}

/** The kernel answers EINVAL for a member that does not exist, and ENOENT for a group. */
function refusal(errno: number, message: string): Result<never, NextHopRefusal> {
  const missing = errno === Errno.noEntry || errno === Errno.invalid;
  return err({ errno, missing, text: message === '' ? errnoText(errno) : `${errnoText(errno)} (${message})` });
}

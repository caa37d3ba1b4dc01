import { stampPacketSize } from './stamp.ts';

/**
 * What Patronus adds to its STAMP packets: two TLVs (RFC 8972, section 4) behind the 44 octets, in questions and answers
 * alike, so that an answer is never longer than its question.
 *
 * ```
 * 44 flags (1) | type 5 (1) | length 12 (2) | S_TxC (4) | R_RxC (4) | R_TxC (4)          Direct Measurement, section 4.5
 * 60 flags (1) | type 252 (1) | length 20 (2) | generation (4) | expected (4) | received (4) | overtaken (4) | doubled (4)
 * ```
 *
 * The second is of our own (private use): what the writer of the packet has received through this tunnel from its reader
 * since its counters began. All are counts of packets modulo 2^32.
 */
export const extendedPacketSize = stampPacketSize + 16 + 24;

/**
 * A question may bring other news in their place, also of our own: another path to the same reader, by its two addresses
 * (IPv4), has no link at its writer.
 *
 * ```
 * 44 flags (1) | type 253 (1) | length 8 (2) | writer's address (4) | reader's address (4)
 * ```
 */
export const lostLinkPacketSize = stampPacketSize + 12;

/** The path whose link is lost, by its addresses inside the tunnel as numbers. */
export interface LostLink {
  writerAddress: number;
  readerAddress: number;
}

/** How the packets of a tunnel arrived, since the counting began. */
export interface ArrivalCounts {
  /** Changes when counting begins anew; 0: nothing is counted. */
  generation: number;
  /** Packets that the far end has sent, as far as the sequence numbers of those that arrived tell. */
  expected: number;
  /** Those that arrived, each once. */
  received: number;
  /** Those that arrived after one that was sent later (RFC 4737, section 3.4). */
  overtaken: number;
  /** Further copies of those that had arrived. */
  doubled: number;
}

/** The counters of the Direct Measurement TLV (RFC 8972, section 4.5). */
export interface DirectCounts {
  senderSent: number;
  reflectorReceived: number;
  reflectorSent: number;
}

/** What the TLVs of a packet say. */
export interface StampExtensions {
  /** Null where the packet has no such TLV. */
  direct: DirectCounts | null;
  arrivals: ArrivalCounts | null;
  lostLink: LostLink | null;
}

const directType = 5;
const arrivalsType = 252;
const lostLinkType = 253;
const headerSize = 4;
const directLength = 12;
const arrivalsLength = 20;
const lostLinkLength = 8;
const lengths = new Map([
  [directType, directLength],
  [arrivalsType, arrivalsLength],
  [lostLinkType, lostLinkLength],
]);
/** A sender calls every TLV unrecognised; a reflector that knows it says otherwise (RFC 8972, section 4). */
const unrecognised = 0x80;
const malformed = 0x40;

export const noArrivals = (): ArrivalCounts => ({
  generation: 0,
  expected: 0,
  received: 0,
  overtaken: 0,
  doubled: 0,
});
export const noExtensions = (): StampExtensions => ({ direct: null, arrivals: null, lostLink: null });

/** Writes the TLVs of a question at the start of a packet; `sent` is what the writer has sent through this tunnel. */
export function writeSenderExtensions(view: DataView, at: number, sent: number, arrivals: ArrivalCounts): void {
  const direct = at + stampPacketSize;
  writeHeader(view, direct, unrecognised, directType, directLength);
  writeDirect(view, direct, { senderSent: sent, reflectorReceived: 0, reflectorSent: 0 });
  const own = direct + headerSize + directLength;
  writeHeader(view, own, unrecognised, arrivalsType, arrivalsLength);
  writeArrivals(view, own, arrivals);
}

/** Writes the news of a lost link into a question at the start of a packet. */
export function writeLostLink(view: DataView, at: number, { writerAddress, readerAddress }: LostLink): void {
  const own = at + stampPacketSize;
  writeHeader(view, own, unrecognised, lostLinkType, lostLinkLength);
  view.setUint32(own + headerSize, writerAddress);
  view.setUint32(own + headerSize + 4, readerAddress);
}

/**
 * Copies the TLVs of a question into its answer and fills in ours: in those that it knows a reflector clears the U flag, and
 * it sets the M flag of one whose length does not fit (RFC 8972, section 4). `length` is that of the whole question.
 */
export function reflectExtensions(
  answer: { readonly view: DataView; readonly at: number },
  question: { readonly view: DataView; readonly at: number; readonly length: number },
  fill: { readonly sent: number; readonly arrivals: ArrivalCounts },
): void {
  for (let offset = stampPacketSize; offset < question.length; offset++) {
    answer.view.setUint8(answer.at + offset, question.view.getUint8(question.at + offset));
  }
  for (let offset = stampPacketSize; offset + headerSize <= question.length;) {
    const type = question.view.getUint8(question.at + offset + 1);
    const length = question.view.getUint16(question.at + offset + 2);
    const at = answer.at + offset;
    const wanted = lengths.get(type) ?? length;
    if (offset + headerSize + length > question.length || length !== wanted) {
      answer.view.setUint8(at, malformed);
      return;
    }
    const senderSent = length === directLength ? question.view.getUint32(question.at + offset + headerSize) : 0;
    if (type === directType) {
      answer.view.setUint8(at, 0);
      writeDirect(answer.view, at, {
        senderSent,
        reflectorReceived: fill.arrivals.received,
        reflectorSent: fill.sent,
      });
    } else if (type === arrivalsType) {
      answer.view.setUint8(at, 0);
      writeArrivals(answer.view, at, fill.arrivals);
    } else answer.view.setUint8(at, type === lostLinkType ? 0 : unrecognised);
    offset += headerSize + length;
  }
}

/**
 * Reads the TLVs of a packet of this length. What is cut short ends the reading, unknown ones are passed over; the result
 * holds for as long as `into` is not read into again.
 */
export function readExtensions(view: DataView, at: number, length: number, into: StampExtensionBuffer): void {
  into.clear();
  for (let offset = stampPacketSize; offset + headerSize <= length;) {
    const flags = view.getUint8(at + offset);
    const type = view.getUint8(at + offset + 1);
    const size = view.getUint16(at + offset + 2);
    if (offset + headerSize + size > length || (flags & malformed) !== 0) return;
    const value = at + offset + headerSize;
    if (type === directType && size === directLength) into.readDirect(view, value);
    else if (type === arrivalsType && size === arrivalsLength) into.readArrivals(view, value);
    else if (type === lostLinkType && size === lostLinkLength) into.readLostLink(view, value);
    offset += headerSize + size;
  }
}

/** Room for the extensions of one packet, used again and again. */
export class StampExtensionBuffer implements StampExtensions {
  direct: DirectCounts | null = null;
  arrivals: ArrivalCounts | null = null;
  lostLink: LostLink | null = null;
  readonly #direct: DirectCounts = { senderSent: 0, reflectorReceived: 0, reflectorSent: 0 };
  readonly #arrivals = noArrivals();
  readonly #lostLink: LostLink = { writerAddress: 0, readerAddress: 0 };

  clear(): void {
    this.direct = null;
    this.arrivals = null;
    this.lostLink = null;
  }

  readLostLink(view: DataView, at: number): void {
    this.lostLink = this.#lostLink;
    this.lostLink.writerAddress = view.getUint32(at);
    this.lostLink.readerAddress = view.getUint32(at + 4);
  }

  readDirect(view: DataView, at: number): void {
    this.direct = this.#direct;
    this.direct.senderSent = view.getUint32(at);
    this.direct.reflectorReceived = view.getUint32(at + 4);
    this.direct.reflectorSent = view.getUint32(at + 8);
  }

  readArrivals(view: DataView, at: number): void {
    const into = this.#arrivals;
    into.generation = view.getUint32(at);
    into.expected = view.getUint32(at + 4);
    into.received = view.getUint32(at + 8);
    into.overtaken = view.getUint32(at + 12);
    into.doubled = view.getUint32(at + 16);
    this.arrivals = into.generation === 0 ? null : into;
  }
}

function writeHeader(view: DataView, at: number, flags: number, type: number, length: number): void {
  view.setUint8(at, flags);
  view.setUint8(at + 1, type);
  view.setUint16(at + 2, length);
}

function writeDirect(view: DataView, at: number, counts: DirectCounts): void {
  view.setUint32(at + 4, counts.senderSent);
  view.setUint32(at + 8, counts.reflectorReceived);
  view.setUint32(at + 12, counts.reflectorSent);
}

function writeArrivals(view: DataView, at: number, counts: ArrivalCounts): void {
  view.setUint32(at + 4, counts.generation);
  view.setUint32(at + 8, counts.expected);
  view.setUint32(at + 12, counts.received);
  view.setUint32(at + 16, counts.overtaken);
  view.setUint32(at + 20, counts.doubled);
}

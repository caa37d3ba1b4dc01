/** One direction of a flow. */
export interface FlowKey {
  readonly sourceAddress: string;
  readonly destinationAddress: string;
  /** 0 where the protocol has no ports. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** IANA protocol number: 6 is TCP, 17 is UDP. */
  readonly protocol: number;
}

/** A row of the table: owner, both addresses, both ports, protocol, and the hash of these. */
const wordsPerRow = 6;
const firstCapacity = 1_024;

/**
 * Flows with the time at which each was last seen. Rows lie one after the other in flat arrays, found through an index with
 * open addressing (Knuth, The Art of Computer Programming, volume 3, section 6.4, algorithm L); addresses are numbered, so
 * that rows are compared by numbers only.
 */
export class FlowTable {
  readonly #maxFlows: number;
  readonly #addresses = new AddressNumbers();
  #size = 0;
  #rows = new Uint32Array(firstCapacity * wordsPerRow);
  #seenAt = new Float64Array(firstCapacity);
  /** Number of the row plus one; 0 is free. At most half of it is in use. */
  #index = new Int32Array(firstCapacity * 2);
  /** Flows by owner. */
  #counts = new Uint32Array(64);
  /** The time of what is seen next. A field, since a fraction that is handed over is a number on the heap each time. */
  nowMs = 0;

  constructor(maxFlows: number) {
    this.#maxFlows = maxFlows;
  }

  /** A packet of a flow of this owner, a small number. A new flow is left out when the table is full. */
  saw(owner: number, flow: FlowKey): void {
    const source = this.#addresses.numberOf(flow.sourceAddress);
    const destination = this.#addresses.numberOf(flow.destinationAddress);
    const ports = ((flow.sourcePort << 16) | flow.destinationPort) >>> 0;
    const { protocol } = flow;
    const hash = hashOf(owner, source, destination, ports, protocol);
    const rows = this.#rows;
    const mask = this.#index.length - 1;
    let slot = hash & mask;
    for (let row = this.#index[slot]!; row !== 0; row = this.#index[slot]!) {
      const at = (row - 1) * wordsPerRow;
      if (
        rows[at + 5] === hash &&
        rows[at] === owner &&
        rows[at + 1] === source &&
        rows[at + 2] === destination &&
        rows[at + 3] === ports &&
        rows[at + 4] === protocol
      ) {
        this.#seenAt[row - 1] = this.nowMs;
        return;
      }
      slot = (slot + 1) & mask;
    }
    this.#insert([owner, source, destination, ports, protocol, hash]);
  }

  countOf(owner: number): number {
    return owner < this.#counts.length ? this.#counts[owner]! : 0;
  }

  /** Removes flows last seen at this time or before; answers how many. */
  removeIdleSince(timeMs: number): number {
    return this.#keepOnly((row) => this.#seenAt[row]! > timeMs);
  }

  /** Removes all flows of an owner. */
  removeOf(owner: number): void {
    if (this.countOf(owner) > 0) this.#keepOnly((row) => this.#rows[row * wordsPerRow] !== owner);
  }

  clear(): void {
    this.#keepOnly(() => false);
  }

  #insert(row: readonly number[]): void {
    const [owner, source, destination] = row as [number, number, number];
    if (this.#size >= this.#maxFlows) {
      this.#addresses.dropIfUnused(source);
      this.#addresses.dropIfUnused(destination);
      return;
    }
    if (this.#size === this.#seenAt.length) this.#grow();
    if (owner >= this.#counts.length) this.#counts = grown(this.#counts, Math.max(owner + 1, this.#counts.length * 2));
    this.#counts[owner]!++;
    this.#addresses.hold(source);
    this.#addresses.hold(destination);
    this.#rows.set(row, this.#size * wordsPerRow);
    this.#seenAt[this.#size] = this.nowMs;
    this.#point(this.#size++);
  }

  /** Moves the rows that stay to the front, in one pass, and makes the index anew. */
  #keepOnly(stays: (row: number) => boolean): number {
    let kept = 0;
    for (let row = 0; row < this.#size; row++) {
      const at = row * wordsPerRow;
      if (!stays(row)) {
        this.#counts[this.#rows[at]!]!--;
        this.#addresses.release(this.#rows[at + 1]!);
        this.#addresses.release(this.#rows[at + 2]!);
        continue;
      }
      if (kept !== row) {
        this.#rows.copyWithin(kept * wordsPerRow, at, at + wordsPerRow);
        this.#seenAt[kept] = this.#seenAt[row]!;
      }
      kept++;
    }
    const removed = this.#size - kept;
    this.#size = kept;
    if (removed > 0) this.#pointAll();
    return removed;
  }

  #grow(): void {
    this.#rows = grown(this.#rows, this.#rows.length * 2);
    const seenAt = new Float64Array(this.#seenAt.length * 2);
    seenAt.set(this.#seenAt);
    this.#seenAt = seenAt;
    this.#index = new Int32Array(seenAt.length * 2);
    this.#pointAll();
  }

  #pointAll(): void {
    this.#index.fill(0);
    for (let row = 0; row < this.#size; row++) this.#point(row);
  }

  #point(row: number): void {
    const mask = this.#index.length - 1;
    let slot = this.#rows[row * wordsPerRow + 5]! & mask;
    while (this.#index[slot] !== 0) slot = (slot + 1) & mask;
    this.#index[slot] = row + 1;
  }
}

/** Numbers for addresses, given back when no flow has the address any more. */
class AddressNumbers {
  readonly #numbers = new Map<string, number>();
  /** Null where the number is free. */
  readonly #texts: (string | null)[] = [];
  readonly #free: number[] = [];
  /** Flows by address. */
  #uses = new Uint32Array(64);

  numberOf(address: string): number {
    return this.#numbers.get(address) ?? this.#add(address);
  }

  hold(number: number): void {
    this.#uses[number]!++;
  }

  release(number: number): void {
    this.#uses[number]!--;
    this.dropIfUnused(number);
  }

  dropIfUnused(number: number): void {
    const text = this.#texts[number];
    if (this.#uses[number] !== 0 || text === null || text === undefined) return;
    this.#numbers.delete(text);
    this.#texts[number] = null;
    this.#free.push(number);
  }

  #add(address: string): number {
    const number = this.#free.pop() ?? this.#texts.length;
    this.#texts[number] = address;
    this.#numbers.set(address, number);
    if (number >= this.#uses.length) this.#uses = grown(this.#uses, this.#uses.length * 2);
    return number;
  }
}

/** Mixes all words so that neighbours land apart (the finalizer of MurmurHash3). */
function hashOf(owner: number, source: number, destination: number, ports: number, protocol: number): number {
  let hash = Math.imul(source, 0x9e37_79b1) ^ Math.imul(destination, 0x85eb_ca77);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2_ae3d) ^ ports;
  hash = Math.imul(hash ^ (hash >>> 13), 0x27d4_eb2f) ^ Math.imul(owner, 0x1656_67b1) ^ protocol;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function grown(array: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(length);
  longer.set(array);
  return longer;
}

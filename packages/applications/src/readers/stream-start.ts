/** Pieces that came before their turn; more is not what a client does. */
const maxPieces = 32;

/** The first octets of one direction of a TCP flow, put in order. It holds no more than it may. */
export class StreamStart {
  readonly #limit: number;
  readonly #start: number;
  readonly #early = new Map<number, Uint8Array>();
  #bytes = new Uint8Array(0);
  #length = 0;

  /** `sequence` is the number of the first octet. */
  constructor(sequence: number, limit: number) {
    this.#start = sequence;
    this.#limit = limit;
  }

  /** What has come without a gap. */
  get contiguous(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Takes a piece; false where there is no more room for it, or it lies before the start. */
  take(sequence: number, data: Uint8Array): boolean {
    if (data.length === 0) return true;
    const offset = (sequence - this.#start) | 0;
    if (offset < 0 || offset + data.length > this.#limit) return false;
    if (offset > this.#length) {
      if (this.#early.size >= maxPieces) return false;
      const known = this.#early.get(offset);
      if (known === undefined || known.length < data.length) this.#early.set(offset, data.slice());
      return true;
    }
    this.#append(offset, data);
    this.#appendEarly();
    return true;
  }

  #append(offset: number, data: Uint8Array): void {
    const end = offset + data.length;
    if (end <= this.#length) return;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.min(this.#limit, Math.max(end, 2 * this.#bytes.length)));
      larger.set(this.contiguous);
      this.#bytes = larger;
    }
    this.#bytes.set(data.subarray(this.#length - offset), this.#length);
    this.#length = end;
  }

  #appendEarly(): void {
    for (const [offset, data] of [...this.#early].toSorted(([a], [b]) => a - b)) {
      if (offset > this.#length) return;
      this.#early.delete(offset);
      this.#append(offset, data);
    }
  }
}

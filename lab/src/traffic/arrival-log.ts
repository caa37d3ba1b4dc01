/** One packet that arrived. Times are unix ms. */
export interface Arrival {
  readonly sequence: number;
  readonly sentMs: number;
  readonly receivedMs: number;
}

const fields = 3;

/** Every arrival of a stream in order: 24 octets each, so that minutes of 1,000 packets/s are a few megabytes. */
export class ArrivalLog {
  #values = new Float64Array(1024 * fields);
  #length = 0;

  get count(): number {
    return this.#length / fields;
  }

  add(sequence: number, sentMs: number, receivedMs: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = sequence;
    this.#values[this.#length++] = sentMs;
    this.#values[this.#length++] = receivedMs;
  }

  *[Symbol.iterator](): Generator<Arrival> {
    for (let at = 0; at < this.#length; at += fields) {
      yield { sequence: this.#values[at]!, sentMs: this.#values[at + 1]!, receivedMs: this.#values[at + 2]! };
    }
  }

  /** As text that {@link ArrivalLog.decode} of the same machine reads. */
  encode(): string {
    return Buffer.from(this.#values.buffer, 0, this.#length * Float64Array.BYTES_PER_ELEMENT).toString('base64');
  }

  static decode(text: string): ArrivalLog {
    const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
    const log = new ArrivalLog();
    log.#values = new Float64Array(bytes.buffer);
    log.#length = log.#values.length;
    return log;
  }
}

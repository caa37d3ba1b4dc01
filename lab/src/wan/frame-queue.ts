/** Frames on their way, by slot of a frame store, in order of release. Nothing is allocated while it works. */
export class FrameQueue {
  readonly #slots: Int32Array;
  readonly #lengths: Int32Array;
  readonly #releases: Float64Array;
  #head = 0;
  #size = 0;

  constructor(capacity: number) {
    this.#slots = new Int32Array(capacity);
    this.#lengths = new Int32Array(capacity);
    this.#releases = new Float64Array(capacity);
  }

  get full(): boolean {
    return this.#size === this.#slots.length;
  }

  /** When the first frame is due; infinity when there is none. */
  get nextMs(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#releases[this.#head]!;
  }

  get headSlot(): number {
    return this.#slots[this.#head]!;
  }

  get headLength(): number {
    return this.#lengths[this.#head]!;
  }

  push(slot: number, length: number, releaseMs: number): void {
    const at = (this.#head + this.#size) % this.#slots.length;
    this.#slots[at] = slot;
    this.#lengths[at] = length;
    this.#releases[at] = releaseMs;
    this.#size++;
  }

  shift(): void {
    this.#head = (this.#head + 1) % this.#slots.length;
    this.#size--;
  }
}

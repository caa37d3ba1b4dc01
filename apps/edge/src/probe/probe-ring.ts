/** Probes remembered per path: at 10 ms, those of the last 2.5 s, more than the longest reply time and loss window. */
export const ringSize = 256;

/** What became of a probe. */
export const Fate = {
  /** Never sent, or not to be counted. */
  none: 0,
  /** Its reply may still come. */
  pending: 1,
  /** No reply in time; which direction lost it is not known (yet). */
  missed: 2,
  answered: 3,
  lostForward: 4,
  lostReverse: 5,
} as const;
export type Fate = (typeof Fate)[keyof typeof Fate];

export interface LossCount {
  answered: number;
  lostForward: number;
  lostReverse: number;
  missed: number;
}

/**
 * The latest probes of a path by sequence number: when each was sent, until when its reply is in time, what became of it.
 * Losses are put down to a direction by the reflector's own sequence numbers (RFC 8762, section 4.3: stateful reflector).
 */
export class ProbeRing {
  readonly deadlineMs = new Float64Array(ringSize);
  readonly sentWallMs = new Float64Array(ringSize);
  readonly #fraction = new Uint32Array(ringSize);
  readonly #fate = new Uint8Array(ringSize);
  readonly #rearms = new Uint8Array(ringSize);
  /** The sequence number of the next probe. */
  next = 0;
  #lastAnswered = -1;
  #lastReflected = 0;

  /** The latest probe, by order of sending, that was answered; −1 before any. */
  get lastAnswered(): number {
    return this.#lastAnswered;
  }

  /** Takes the next sequence number. */
  open(deadlineMs: number): number {
    const sequence = this.next++;
    const slot = sequence % ringSize;
    this.deadlineMs[slot] = deadlineMs;
    this.sentWallMs[slot] = Number.NaN;
    this.#fate[slot] = Fate.pending;
    this.#rearms[slot] = 0;
    return sequence;
  }

  /** Notes when it really left, and the fraction of the timestamp in it. */
  sent(sequence: number, wallMs: number, fraction: number): void {
    this.sentWallMs[sequence % ringSize] = wallMs;
    this.#fraction[sequence % ringSize] = fraction;
  }

  /** The sequence number that has these 32 bits on the wire and was used last. */
  fullSequence(wireSequence: number): number {
    return this.next - 1 - ((this.next - 1 - wireSequence) >>> 0);
  }

  /** Whether what is known of this probe has not been overwritten by a later one. */
  remembers(sequence: number): boolean {
    return sequence >= 0 && sequence < this.next && sequence >= this.next - ringSize;
  }

  fateOf(sequence: number): Fate {
    return this.remembers(sequence) ? (this.#fate[sequence % ringSize] as Fate) : Fate.none;
  }

  settle(sequence: number, fate: Fate): void {
    this.#fate[sequence % ringSize] = fate;
  }

  /** Gives a probe more time; false where it had that often enough. */
  rearm(sequence: number, deadlineMs: number, maxTimes: number): boolean {
    const slot = sequence % ringSize;
    if (this.#rearms[slot]! >= maxTimes) return false;
    this.#rearms[slot]!++;
    this.deadlineMs[slot] = deadlineMs;
    return true;
  }

  /** Whether a reply may answer this probe: it was sent, with this timestamp, and not answered before. */
  awaits(sequence: number, fraction: number): boolean {
    const fate = this.fateOf(sequence);
    return fate !== Fate.none && fate !== Fate.answered && this.#fraction[sequence % ringSize] === fraction;
  }

  /**
   * Takes a reply, with the reflector's own sequence number, and puts the unanswered probes before it down to a direction.
   * Returns how many those were; 0 also for a reply that was overtaken by a later one.
   */
  answer(sequence: number, reflected: number): number {
    const isFirst = this.#lastAnswered < 0;
    const isOvertaken = sequence < this.#lastAnswered;
    this.settle(sequence, Fate.answered);
    if (isOvertaken) return 0;
    const unanswered = isFirst ? 0 : this.#attribute(sequence, reflected);
    this.#lastAnswered = sequence;
    this.#lastReflected = reflected;
    return unanswered;
  }

  /**
   * Between two answered probes the reflector answered as many more as reached it: the others were lost on the way there.
   * A count that does not fit means that the reflector started anew; what is missing never reached the old one.
   */
  #attribute(sequence: number, reflected: number): number {
    const from = Math.max(this.#lastAnswered + 1, this.next - ringSize);
    let unanswered = 0;
    for (let each = from; each < sequence; each++) if (isUnanswered(this.fateOf(each))) unanswered++;
    const arrivedBetween = ((reflected - this.#lastReflected) >>> 0) - 1;
    const fits = arrivedBetween >= 0 && arrivedBetween < sequence - this.#lastAnswered;
    let lostForward = fits ? Math.max(0, unanswered - arrivedBetween) : unanswered;
    for (let each = from; each < sequence; each++) {
      if (!isUnanswered(this.fateOf(each))) continue;
      this.settle(each, lostForward > 0 ? Fate.lostForward : Fate.lostReverse);
      lostForward--;
    }
    return unanswered;
  }

  /** What became of the last `window` probes from `first` on that are no longer pending. */
  count(window: number, first: number, into: LossCount): void {
    into.answered = into.lostForward = into.lostReverse = into.missed = 0;
    const oldest = Math.max(first, this.next - ringSize, 0);
    let left = window;
    for (let sequence = this.next - 1; sequence >= oldest && left > 0; sequence--) {
      const fate = this.#fate[sequence % ringSize];
      if (fate === Fate.none || fate === Fate.pending) continue;
      left--;
      if (fate === Fate.answered) into.answered++;
      else if (fate === Fate.lostForward) into.lostForward++;
      else if (fate === Fate.lostReverse) into.lostReverse++;
      else into.missed++;
    }
  }

  /** Our wall clock was set: what was sent before counts in the new time. */
  shiftWall(deltaMs: number): void {
    for (let slot = 0; slot < ringSize; slot++) this.sentWallMs[slot]! += deltaMs;
  }
}

const isUnanswered = (fate: Fate): boolean => fate === Fate.pending || fate === Fate.missed;

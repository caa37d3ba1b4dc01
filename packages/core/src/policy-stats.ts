/** What is known of a policy's traffic. Times are unix ms. */
export interface PolicyStats {
  /** 64 bits: it wraps at 2^64. */
  readonly packets_matched: bigint;
  readonly bytes_matched: bigint;
  /** Flows that `recordPacket` saw and `cleanupStaleFlows` has not removed. */
  readonly active_flows: number;
  readonly last_updated: number;
  readonly first_seen: number;
}

/** Of each policy: packets and bytes, 64 bits each. */
const wordsPerPlace = 4;
const two32 = 2 ** 32;
/** Which half of a 64-bit integer comes first on this machine. */
const low = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;
const high = 1 - low;

/** Counters and times of many policies, each at its place. */
export class CounterArrays {
  #size = 0;
  readonly #free: number[] = [];
  /** Both halves of each counter; `counters` is the same memory, whole. */
  #words: Uint32Array;
  counters: BigUint64Array;
  /** First and last time of each policy, unix ms. */
  times: Float64Array;
  /** The time of what is counted next, unix ms; a field for the reason of that of flow tables. */
  nowMs = 0;

  constructor(places = 64) {
    this.counters = new BigUint64Array(places * 2);
    this.#words = new Uint32Array(this.counters.buffer);
    this.times = new Float64Array(places * 2);
  }

  /** A place that nobody has, with counters at zero. */
  take(): number {
    const place = this.#free.pop() ?? this.#size++;
    if (place * 2 >= this.counters.length) this.#grow();
    this.counters.fill(0n, place * 2, place * 2 + 2);
    this.times.fill(this.nowMs, place * 2, place * 2 + 2);
    return place;
  }

  release(place: number): void {
    this.#free.push(place);
  }

  /** In halves, as numbers: sums of whole 64-bit integers would allocate. */
  addPacket(place: number, bytes: number): void {
    const words = this.#words;
    const at = place * wordsPerPlace;
    const packets = words[at + low]! + 1;
    words[at + low] = packets;
    if (packets === two32) words[at + high]!++;
    const octets = words[at + 2 + low]! + bytes;
    words[at + 2 + low] = octets;
    if (octets >= two32) words[at + 2 + high]! += Math.floor(octets / two32);
    this.times[place * 2 + 1] = this.nowMs;
  }

  add(place: number, packets: bigint, bytes: bigint): void {
    this.counters[place * 2]! += packets;
    this.counters[place * 2 + 1]! += bytes;
    this.times[place * 2 + 1] = this.nowMs;
  }

  set(place: number, stats: Omit<PolicyStats, 'active_flows'>): void {
    this.counters[place * 2] = stats.packets_matched;
    this.counters[place * 2 + 1] = stats.bytes_matched;
    this.times[place * 2] = stats.first_seen;
    this.times[place * 2 + 1] = stats.last_updated;
  }

  #grow(): void {
    const counters = new BigUint64Array(this.counters.length * 2);
    counters.set(this.counters);
    const times = new Float64Array(counters.length);
    times.set(this.times);
    this.counters = counters;
    this.#words = new Uint32Array(counters.buffer);
    this.times = times;
  }
}

/** The counters at one place, read when they are asked for: that costs less than to copy all of them. */
export class LivePolicyStats implements PolicyStats {
  place: number;
  #arrays: CounterArrays;
  #flows: { countOf(place: number): number };

  constructor(arrays: CounterArrays, flows: { countOf(place: number): number }, place: number) {
    this.#arrays = arrays;
    this.#flows = flows;
    this.place = place;
  }

  get packets_matched(): bigint {
    return this.#arrays.counters[this.place * 2]!;
  }

  get bytes_matched(): bigint {
    return this.#arrays.counters[this.place * 2 + 1]!;
  }

  get active_flows(): number {
    return this.#flows.countOf(this.place);
  }

  get first_seen(): number {
    return this.#arrays.times[this.place * 2]!;
  }

  get last_updated(): number {
    return this.#arrays.times[this.place * 2 + 1]!;
  }

  /** Keeps what it tells now for good, so that its place can be another's. */
  detach(): void {
    const { active_flows } = this;
    const own = new CounterArrays(1);
    own.set(0, this);
    this.#arrays = own;
    this.#flows = { countOf: () => active_flows };
    this.place = 0;
  }
}

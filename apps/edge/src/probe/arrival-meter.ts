import { leastMean, type SharesAtLeast } from '@patronus/core';
import type { ArrivalCounts } from '@patronus/protocol/stamp-extensions';

/** Samples kept: at one every {@link leastSpacingMs}, those of five seconds. */
const ringSize = 256;
/** Samples that follow each other sooner take each other's place. */
const leastSpacingMs = 20;
/**
 * Spans over which shares are taken. The short ones see a brownout on a busy path at once, the long ones see less of it, or
 * see it on a path with little traffic; shorter ones would hold too few packets to tell it from chance.
 */
const spansMs = [150, 250, 400, 1_000, 5_000, 30_000];
/** Fewer packets than this in a span say nothing of a share. */
const leastPackets = 20;
/** A figure is taken from a span that holds so many, if any does: it is then certain to a percent or two. */
const enoughPackets = 200;
/** Fewer packets than this within a second: probes tell more of loss than the traffic does. */
const busyPackets = 100;
const busySpanMs = 1_000;
/**
 * Events from which a share may be certain, and the quantile of the normal distribution up to which chance is ruled out (one in
 * a hundred): with fewer or a smaller one, ordinary noise moves traffic every day; with more or a larger one, a brownout of
 * twice the bound is not seen within 300 ms at a thousand packets a second.
 */
const leastEvents = 8;
const certainty = 2.33;
/**
 * At most this share of the packets between two samples counts as lost, and at least so many may: a single burst is no
 * brownout, and one that keeps coming adds up all the same.
 */
const burstShare = 0.15;
const burstPackets = 3;
/** Packets that may still come are not counted as lost for this long, once the path has been seen to reorder. */
const patienceMs = 60;
/** Samples in which trouble shows that is worth a look at once. */
const troubleSamples = 4;
/** How long a path is taken to reorder after it did. */
const reordersForMs = 2_000;

/** What became of the traffic's packets, in percent; null where too few were counted. */
export interface ArrivalShares {
  /** Null unless there is enough traffic to tell more than probes do. */
  readonly lossPercent: number | null;
  readonly reorderingPercent: number | null;
  readonly duplicationPercent: number | null;
  readonly atLeast: SharesAtLeast;
}

type Kind = 'lost' | 'overtaken' | 'doubled';

/**
 * Loss, reordering and duplication of one direction of a path, from the counts of arrived packets that the receiver tells
 * now and then. Times are ms of any one clock that does not jump.
 */
export class ArrivalMeter {
  readonly #timesMs = new Float64Array(ringSize);
  readonly #missing = new Float64Array(ringSize);
  readonly #series = {
    packets: new Float64Array(ringSize),
    lost: new Float64Array(ringSize),
    overtaken: new Float64Array(ringSize),
    doubled: new Float64Array(ringSize),
  };
  /** Samples taken so far; the latest is in slot `#count − 1` modulo the size of the ring. */
  #count = 0;
  #generation = 0;
  #last: ArrivalCounts = { generation: 0, expected: 0, received: 0, overtaken: 0, doubled: 0 };
  #reordersUntilMs = -Infinity;
  #settledMissing = 0;

  /** Takes counts; those older than the last are passed over. True when there was something new. */
  observe(counts: ArrivalCounts, nowMs: number): boolean {
    if (counts.generation === 0) return false;
    if (counts.generation !== this.#generation || this.#count === 0) {
      this.forget();
      this.#generation = counts.generation;
      this.#begin(counts, nowMs);
      return false;
    }
    const since = (name: keyof ArrivalCounts): number => (counts[name] - this.#last[name]) | 0;
    const [expected, received] = [since('expected'), since('received')];
    const [overtaken, doubled] = [since('overtaken'), since('doubled')];
    // counts take two ways and may overtake each other
    if (expected < 0 || received < 0 || overtaken < 0 || doubled < 0) return false;
    Object.assign(this.#last, counts);
    if (overtaken > 0) this.#reordersUntilMs = nowMs + reordersForMs;
    this.#append({ expected, received, overtaken, doubled }, nowMs);
    return expected + received + doubled > 0;
  }

  /** Whether some of the packets of the last moments were lost, overtaken or doubled. */
  get isTroubled(): boolean {
    const first = Math.max(0, this.#count - 1 - troubleSamples);
    return (
      this.#count > 1 &&
      this.#between('lost', first) + this.#between('overtaken', first) + this.#between('doubled', first) > 0
    );
  }

  /** Begins anew with the next counts. */
  forget(): void {
    this.#count = 0;
    this.#settledMissing = 0;
  }

  /** How many packets the sender has sent within this span, as far as is known. */
  packetsWithin(spanMs: number, nowMs: number): number {
    const first = this.#firstWithin(spanMs, nowMs);
    return first < 0 ? 0 : this.#between('packets', first);
  }

  /** The shares now; null where nothing is counted. */
  shares(nowMs: number): ArrivalShares | null {
    if (this.#count === 0) return null;
    const isBusy = this.packetsWithin(busySpanMs, nowMs) >= busyPackets;
    const [lost, overtaken, doubled] = [
      this.#share('lost', nowMs),
      this.#share('overtaken', nowMs),
      this.#share('doubled', nowMs),
    ];
    return {
      lossPercent: isBusy ? lost.percent : null,
      reorderingPercent: overtaken.percent,
      duplicationPercent: doubled.percent,
      atLeast: {
        lossPercent: isBusy ? lost.atLeastPercent : null,
        reorderingPercent: overtaken.atLeastPercent,
        duplicationPercent: doubled.atLeastPercent,
      },
    };
  }

  #begin(counts: ArrivalCounts, nowMs: number): void {
    Object.assign(this.#last, counts);
    this.#count = 1;
    this.#timesMs[0] = nowMs;
    this.#missing[0] = 0;
    for (const series of Object.values(this.#series)) series[0] = 0;
  }

  #append(
    news: {
      readonly expected: number;
      readonly received: number;
      readonly overtaken: number;
      readonly doubled: number;
    },
    nowMs: number,
  ): void {
    const before = (this.#count - 1) % ringSize;
    const isSoon = this.#count > 1 && nowMs - this.#timesMs[(this.#count - 2) % ringSize]! < leastSpacingMs;
    const slot = isSoon ? before : this.#count++ % ringSize;
    const missing = this.#missing[before]! + news.expected - news.received;
    const { packets, lost, overtaken, doubled } = this.#series;
    this.#timesMs[slot] = nowMs;
    this.#missing[slot] = missing;
    packets[slot] = packets[before]! + news.expected;
    overtaken[slot] = overtaken[before]! + news.overtaken;
    doubled[slot] = doubled[before]! + news.doubled;
    const settled = nowMs < this.#reordersUntilMs ? this.#leastMissing(nowMs) : missing;
    const mostLost = Math.max(burstPackets, burstShare * news.expected);
    lost[slot] = lost[before]! + Math.min(settled - this.#settledMissing, mostLost);
    this.#settledMissing = settled;
  }

  /** The fewest packets that were missing lately: what is missing at every moment is lost, the rest is on its way. */
  #leastMissing(nowMs: number): number {
    const first = this.#firstWithin(patienceMs, nowMs);
    let least = Infinity;
    for (let index = first; index < this.#count; index++) least = Math.min(least, this.#missing[index % ringSize]!);
    return least;
  }

  /** The number of the last sample that is at least so old, or of the oldest there is. */
  #firstWithin(spanMs: number, nowMs: number): number {
    const oldest = Math.max(0, this.#count - ringSize);
    let [low, high] = [oldest, this.#count - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#timesMs[middle % ringSize]! <= nowMs - spanMs) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #between(name: 'packets' | Kind, first: number): number {
    const series = this.#series[name];
    return series[(this.#count - 1) % ringSize]! - series[first % ringSize]!;
  }

  /** The share of one kind over the longest span that the shorter ones do not contradict, and what it is at least. */
  #share(kind: Kind, nowMs: number): { percent: number | null; atLeastPercent: number | null } {
    let [share, atLeast, packetsBefore, eventsBefore]: [number | null, number, number, number] = [null, 0, 0, 0];
    for (const spanMs of spansMs) {
      const first = this.#firstWithin(spanMs, nowMs);
      const packets = this.#between('packets', first);
      const events = Math.max(0, this.#between(kind, first));
      if (packets < leastPackets) continue;
      // what was before the last moments may be over, or have been better
      if (packetsBefore >= enoughPackets && !agrees(eventsBefore, packetsBefore, events / packets)) break;
      if (events >= leastEvents) atLeast = Math.max(atLeast, leastMean(events, certainty) / packets);
      share = events / packets;
      [packetsBefore, eventsBefore] = [packets, events];
    }
    if (share === null) return { percent: null, atLeastPercent: null };
    // a span that is certain of more is right: the longer ones hold what was before
    return { percent: Math.min(100, 100 * Math.max(share, atLeast)), atLeastPercent: Math.min(100, 100 * atLeast) };
  }
}

/** Whether so many events among so many packets may well come of this share. */
function agrees(events: number, packets: number, share: number): boolean {
  const mean = packets * share;
  return Math.abs(events - mean) <= certainty * Math.sqrt(Math.max(1, mean));
}

import { parentPort as port, workerData } from 'node:worker_threads';
import { systemRandom } from '@patronus/core';
import { FrameStore, raiseThreadPriority, TapDevice, Waiter } from '@patronus/linux';
import { DelayLine, settingWidth } from './delay-line.ts';
import { FrameQueue } from './frame-queue.ts';

/** What a worker is given: the device pair of each line, and the shared settings of its two directions (out, in). */
export interface TapWorkerData {
  readonly lines: readonly { readonly siteDevice: string; readonly networkDevice: string }[];
  readonly settings: SharedArrayBuffer;
}

/** Frames under way per direction: 200 ms of 500 Mbit/s in full-size packets. */
const queueCapacity = 8192;
/** Frames under way over all lines together. */
const storeCapacity = 32_768;
/** Frames taken from one device before the others get their turn. */
const readBatch = 64;
const longestWaitMs = 1000;

class WireDirection {
  readonly from: TapDevice;
  readonly #queue = new FrameQueue(queueCapacity);
  /** Frames that others may overtake. */
  readonly #heldBack = new FrameQueue(queueCapacity);
  readonly #to: TapDevice;
  readonly #line: DelayLine;
  readonly #store: FrameStore;
  readonly #free: number[];

  constructor(parts: { from: TapDevice; to: TapDevice; settings: Float64Array; store: FrameStore; free: number[] }) {
    this.from = parts.from;
    this.#to = parts.to;
    this.#line = new DelayLine(parts.settings, systemRandom);
    this.#store = parts.store;
    this.#free = parts.free;
  }

  /** Takes in what the device sent. */
  read(): void {
    for (let count = 0; count < readBatch; count++) {
      const slot = this.#free.pop();
      if (slot === undefined) return;
      const length = this.from.read(this.#store, slot);
      const isFull = this.#queue.full || this.#heldBack.full;
      const releaseMs = length === 0 || isFull ? -1 : this.#line.admit(performance.now(), length);
      if (releaseMs < 0) this.#free.push(slot);
      else (this.#line.isHeldBack ? this.#heldBack : this.#queue).push(slot, length, releaseMs);
      if (length === 0) return;
    }
  }

  /** When the next frame is due; infinity when there is none. */
  get nextMs(): number {
    return Math.min(this.#queue.nextMs, this.#heldBack.nextMs);
  }

  /** Lets out what is due. */
  deliver(nowMs: number): void {
    for (let nextMs = this.nextMs; nextMs <= nowMs; nextMs = this.nextMs) {
      const queue = this.#queue.nextMs <= this.#heldBack.nextMs ? this.#queue : this.#heldBack;
      for (let copies = this.#line.copies(); copies > 0; copies--) {
        this.#to.write(this.#store, queue.headSlot, queue.headLength);
      }
      this.#free.push(queue.headSlot);
      queue.shift();
    }
  }
}

function run(data: TapWorkerData): never {
  raiseThreadPriority();
  const store = new FrameStore(storeCapacity);
  const free = Array.from({ length: storeCapacity }, (_, slot) => slot).toReversed();
  const directions = data.lines.flatMap((line, index) => {
    const settings = (direction: number) =>
      new Float64Array(data.settings, (index * 2 + direction) * settingWidth * 8, settingWidth);
    const site = TapDevice.open(line.siteDevice);
    const network = TapDevice.open(line.networkDevice);
    return [
      new WireDirection({ from: site, to: network, settings: settings(0), store, free }),
      new WireDirection({ from: network, to: site, settings: settings(1), store, free }),
    ];
  });
  const waiter = new Waiter(directions.map((direction) => direction.from.fd));
  port?.postMessage('ready');
  for (;;) {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const direction of directions) nextMs = Math.min(nextMs, direction.nextMs);
    const ready = waiter.wait(Math.min(longestWaitMs, nextMs - performance.now()));
    for (let index = 0; index < directions.length; index++) {
      if ((ready & (1 << index)) !== 0) directions[index]!.read();
    }
    const nowMs = performance.now();
    for (const direction of directions) direction.deliver(nowMs);
  }
}

run(workerData as TapWorkerData);

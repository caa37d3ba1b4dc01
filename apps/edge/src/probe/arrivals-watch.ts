import type { MonitoredPath } from './monitored-path.ts';
import { arrivalsLookMs } from './probe-timing.ts';
import type { PlannedFlow } from './probe-plan.ts';
import { noCounts, uncounted, type TrafficCounter } from './traffic-counter.ts';

/** Looks how traffic from the far ends of our paths arrives, for those who should be told at once when it does so badly. */
export class ArrivalsWatch {
  readonly #counter: TrafficCounter;
  readonly #counts = noCounts();
  #byEnds = new Map<number, Map<number, MonitoredPath>>();
  #lookMs = -Infinity;

  constructor(counter: TrafficCounter = uncounted) {
    this.#counter = counter;
  }

  /** When it wants to look next, monotonic ms. */
  get wakeMs(): number {
    return this.#counter === uncounted ? Infinity : this.#lookMs;
  }

  configure(paths: readonly MonitoredPath[], flows: readonly PlannedFlow[]): void {
    this.#counter.configure(flows);
    this.#byEnds = new Map();
    for (const path of paths) {
      const { localAddress, remoteAddress } = path.planned;
      const ofLocal = this.#byEnds.get(localAddress) ?? new Map<number, MonitoredPath>();
      this.#byEnds.set(localAddress, ofLocal.set(remoteAddress, path));
    }
  }

  /** The path between two probe addresses, ours first. */
  pathBetween(localAddress: number, remoteAddress: number): MonitoredPath | undefined {
    return this.#byEnds.get(localAddress)?.get(remoteAddress);
  }

  /** Hurries the next probe of each of these paths whose far end should know; tells their indexes. */
  look(paths: readonly MonitoredPath[], nowMs: number, hurried: (index: number) => void): void {
    if (nowMs < this.wakeMs) return;
    this.#lookMs = nowMs + arrivalsLookMs;
    for (let index = 0; index < paths.length; index++) {
      const path = paths[index]!;
      this.#counter.read(path.planned.localAddress, path.planned.remoteAddress, this.#counts);
      if (!path.hasNewsFor(this.#counts)) continue;
      path.prober.hurry(nowMs);
      hurried(index);
    }
  }
}

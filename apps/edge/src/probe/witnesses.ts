import type { SiteId } from '@patronus/core';
import type { MonitoredPath } from './monitored-path.ts';
import { loneVerdictMs, longestSilenceMs, witnessSettleMs } from './probe-timing.ts';

/**
 * How many other paths are asked when one is suspected. One alone may be the next to fail; all would multiply the probes of
 * every lost packet.
 */
const asked = 2;

/**
 * Tells a line that was cut from a machine that held its breath. Where tunnels are programs, a busy machine at either end
 * delays the packets of all of them for longer than the fast profile waits for a reply. So a path is only taken for cut
 * when another one to the same site answers meanwhile; when none does, there is no path to move traffic to, and no hurry.
 */
export class Witnesses {
  readonly #ofSite: ReadonlyMap<SiteId, readonly MonitoredPath[]>;
  /** Paths whose misses nobody has confirmed yet. */
  readonly #waiting = new Set<MonitoredPath>();

  constructor(paths: readonly MonitoredPath[]) {
    this.#ofSite = Map.groupBy(paths, (path) => path.planned.siteId);
  }

  /** Whether the run of misses of this path may be believed; `wallMs` is the same moment in unix ms. */
  believes(path: MonitoredPath, nowMs: number, wallMs: number): boolean {
    const missedMs = path.prober.firstMissedWallMs;
    const others = this.#others(path);
    const believed =
      missedMs === null ||
      this.#isSilence(missedMs, others, nowMs, wallMs) ||
      others.some((other) => this.#speaks(other, path, nowMs, missedMs, wallMs - nowMs));
    if (believed) this.#waiting.delete(path);
    else this.#waiting.add(path);
    return believed;
  }

  /** Whether the other path has shown since that both machines are awake: by an answer, or by a probe of the far end. */
  #speaks(other: MonitoredPath, path: MonitoredPath, nowMs: number, missedMs: number, wallAheadMs: number): boolean {
    if (nowMs - other.prober.promptSinceMs < witnessSettleMs) return false;
    return (
      other.prober.lastPromptSentMs >= missedMs ||
      other.wasHeardSince(missedMs - wallAheadMs, path.prober.usualRoundTripMs, nowMs)
    );
  }

  /**
   * Whether nothing has answered from the site for so long that it is given up. Its paths are then given up together: as long as
   * one of them was not asked long enough, it would seem to be a path to move to.
   */
  #isSilence(missedMs: number, others: readonly MonitoredPath[], nowMs: number, wallMs: number): boolean {
    const silent = others.every((other) => other.isFailing(nowMs) || other.reading.health === 'down');
    const sinceMs = others.reduce(
      (earliest, { prober }) => Math.min(earliest, prober.firstMissedWallMs ?? Infinity),
      missedMs,
    );
    return silent ? wallMs - sinceMs > loneVerdictMs : wallMs - missedMs > longestSilenceMs;
  }

  /** The path is not missing replies any more. */
  dismiss(path: MonitoredPath): void {
    if (this.#waiting.size > 0) this.#waiting.delete(path);
  }

  /** Paths that wait for the word of this one, which has just answered. */
  waitingFor(path: MonitoredPath): readonly MonitoredPath[] {
    if (this.#waiting.size === 0) return [];
    return this.#others(path).filter((other) => this.#waiting.has(other));
  }

  /** Paths to be asked at once when this one is suspected. */
  toAsk(path: MonitoredPath): readonly MonitoredPath[] {
    return this.#others(path)
      .filter((other) => other.prober.consecutiveMisses === 0 && other.reading.health !== 'down')
      .slice(0, asked);
  }

  #others(path: MonitoredPath): readonly MonitoredPath[] {
    return this.#ofSite.get(path.planned.siteId)!.filter((other) => other !== path);
  }
}

import type { Clock } from '@patronus/core';
import type { LineReport, PathReport, SiteDocument } from '@patronus/protocol';
import type { Reconciler } from '../ports.ts';
import { initialAutorate, stepAutorate, type AutorateState } from './autorate.ts';

interface Line {
  readonly boughtBps: number;
  readonly state: AutorateState;
  /** What the kernel was told last, bit/s. */
  readonly toldBps: number;
  /** Octets that had left by it when it was last looked at, and when; null before that. */
  readonly seen: { readonly bytes: number; readonly epoch: string; readonly atMs: number } | null;
}

/** A change of less is not worth a command. */
const worthShare = 0.01;
/** What an average packet of a full line is with the headers that its tunnel adds, to what the queue counts. */
const overhead = 1.06;

/** Lets uplinks that are shaped `auto` send what delay under load lets them carry. */
export class LineRates {
  readonly #reconciler: Pick<Reconciler, 'lineReports' | 'setLineRate'>;
  readonly #clock: Clock;
  #document: SiteDocument | null = null;
  readonly #lines = new Map<number, Line>();
  #isBusy = false;

  constructor(reconciler: Pick<Reconciler, 'lineReports' | 'setLineRate'>, clock: Clock) {
    this.#reconciler = reconciler;
    this.#clock = clock;
  }

  inForce(document: SiteDocument | null): void {
    this.#document = document;
  }

  /** To be called with every report of paths, about once a second. */
  async look(reports: readonly PathReport[]): Promise<void> {
    const document = this.#document;
    const endpoints = document?.endpoints.filter(({ shaping }) => shaping?.auto === true) ?? [];
    for (const slot of this.#lines.keys()) {
      if (endpoints.some((endpoint) => endpoint.slot === slot)) continue;
      this.#lines.delete(slot);
      const bought = document?.endpoints.find((endpoint) => endpoint.slot === slot)?.shaping?.rateBps;
      if (bought !== undefined) await this.#reconciler.setLineRate(slot, bought);
      await this.#reconciler.setLineRate(slot, null);
    }
    if (document === null || endpoints.length === 0 || this.#isBusy) return;
    this.#isBusy = true;
    try {
      const lines = await this.#reconciler.lineReports();
      for (const { id, slot, shaping } of endpoints) {
        const line = lines.find(({ endpointId }) => endpointId === id);
        if (line !== undefined) await this.#step(slot, shaping!.rateBps, line, leastDelay(document, id, reports));
      }
    } finally {
      this.#isBusy = false;
    }
  }

  async #step(slot: number, boughtBps: number, report: LineReport, delayMs: number | null): Promise<void> {
    const known = this.#lines.get(slot);
    const fresh = { boughtBps, state: initialAutorate(boughtBps), toldBps: boughtBps, seen: null };
    const line = known?.boughtBps === boughtBps ? known : fresh;
    const atMs = this.#clock.now();
    const bytes = report.classes.reduce((sum, queue) => sum + queue.bytes, 0);
    const seen = { bytes, epoch: report.epoch, atMs };
    // whatever an earlier run has set stands in the kernel
    if (line.seen === null) await this.#reconciler.setLineRate(slot, line.toldBps);
    if (line.seen?.epoch !== seen.epoch || atMs <= line.seen.atMs) {
      this.#lines.set(slot, { ...line, seen });
      return;
    }
    const seconds = (atMs - line.seen.atMs) / 1_000;
    const loadBps = ((bytes - line.seen.bytes) * 8 * overhead) / seconds;
    const state = stepAutorate(line.state, { atMs, loadBps, delayMs }, { boughtBps, seconds });
    const isWorth = Math.abs(state.rateBps - line.toldBps) >= boughtBps * worthShare;
    const isBack = state.rateBps === boughtBps && line.toldBps !== boughtBps;
    const toldBps = isWorth || isBack ? Math.round(state.rateBps) : line.toldBps;
    if (toldBps !== line.toldBps) await this.#reconciler.setLineRate(slot, toldBps);
    this.#lines.set(slot, { boughtBps, state, toldBps, seen });
  }
}

function leastDelay(document: SiteDocument, endpointId: string, reports: readonly PathReport[]): number | null {
  const own = new Set<string>(
    document.paths.filter(({ localEndpointId }) => localEndpointId === endpointId).map(({ id }) => id),
  );
  const delays = reports.flatMap(({ pathId, quality }) =>
    own.has(pathId) && quality.forward.delayMs !== null ? [quality.forward.delayMs] : [],
  );
  return delays.length === 0 ? null : Math.min(...delays);
}

import { messageOf, PatronusError, shaperName } from '@patronus/core';
import {
  shaperOf,
  type Kernel,
  type ObservedQueue,
  type ObservedState,
  type ShapingStep,
  type Shaper,
} from '@patronus/netconf';
import type { LineReport, LocalEndpoint, QueueReport, SiteDocument, UnavailableFeature } from '@patronus/protocol';

/**
 * What became of the shapers of an edge. Some kernels refuse them; then the line goes unshaped, and here is the reason.
 */
export class Lines {
  readonly #kernel: Pick<Kernel, 'execute'>;
  /** By name. */
  #shapers: ReadonlyMap<string, Shaper> = new Map();
  readonly #refusals = new Map<string, string>();
  readonly #rates = new Map<number, number>();

  constructor(kernel: Pick<Kernel, 'execute'>) {
    this.#kernel = kernel;
  }

  /** By slot, what an uplink is found to carry, bit/s; absent where that is what was bought. */
  get rates(): ReadonlyMap<number, number> {
    return this.#rates;
  }

  /** A plan leads to these; one that stands already goes on counting since its own epoch. */
  planned(shapers: readonly Shaper[], observed: ObservedState['shapers']): void {
    const standing = new Map(observed.map((shaper) => [shaper.name, shaper]));
    this.#shapers = new Map(
      shapers.map((shaper) => {
        const { hash, epoch } = standing.get(shaper.name) ?? {};
        return [shaper.name, hash === shaper.hash && epoch ? { ...shaper, countingEpoch: epoch } : shaper];
      }),
    );
    for (const name of this.#refusals.keys()) if (!this.#shapers.has(name)) this.#refusals.delete(name);
  }

  /** Does a step that the edge can be without. Where the kernel refuses it, what of the shaper is there goes away again. */
  async perform(step: ShapingStep, observed: ObservedState['shapers']): Promise<void> {
    const name = shaperOf(step);
    try {
      await this.#kernel.execute(step);
      if (step.do === 'replace_shaper') this.#refusals.delete(name);
    } catch (error) {
      if (error instanceof PatronusError && error.code === 'missing_tool') throw error;
      this.#refusals.set(name, messageOf(error));
      const shaper = this.#shapers.get(name);
      const taken = observed.find((each) => each.name === name)?.redirects ?? [];
      const devices = [...taken, ...(shaper?.redirects ?? []).map(({ device }) => device)];
      await this.#kernel.execute({ do: 'delete_shaper', name, devices }).catch(() => undefined);
    }
  }

  unavailable(): UnavailableFeature[] {
    return Array.from(this.#refusals, ([name, reason]) => ({ feature: `shaping by ${name}`, reason }));
  }

  /** Lets an uplink send so much from now on, null for all that was bought. It holds for documents to come as well. */
  async setRate(slot: number, rateBps: number | null, shapedBps: (lineBps: number) => number): Promise<void> {
    if (rateBps === null) this.#rates.delete(slot);
    else this.#rates.set(slot, rateBps);
    const name = shaperName(slot, 'out');
    const shaper = this.#shapers.get(name);
    if (shaper === undefined || rateBps === null || this.#refusals.has(name)) return;
    await this.#kernel.execute({ do: 'set_shaper_rate', shaper: { ...shaper, rateBps: shapedBps(rateBps) } });
  }

  /** One for each uplink of the document that is shaped or policed. */
  report(document: SiteDocument, queues: readonly ObservedQueue[]): LineReport[] {
    return document.endpoints
      .filter(({ shaping, policing }) => shaping !== undefined || policing !== undefined)
      .map((endpoint) => this.#reportOf(endpoint, document, queues));
  }

  #reportOf(
    { id, slot, shaping }: LocalEndpoint,
    document: SiteDocument,
    queues: readonly ObservedQueue[],
  ): LineReport {
    const name = shaperName(slot, 'out');
    const shaper = this.#shapers.get(name);
    const own = queues.filter((queue) => queue.shaper === name);
    const problems = (['out', 'in'] as const).flatMap((each) => this.#refusals.get(shaperName(slot, each)) ?? []);
    const lineBps = this.#rates.get(slot) ?? shaping?.rateBps ?? null;
    const guarantees = new Map(document.qosClasses?.map((each) => [each.number, each.guaranteePercent]));
    return {
      endpointId: id,
      rateBps: own.length === 0 ? null : lineBps,
      queue: own[0]?.kind ?? null,
      problem: problems.length === 0 ? null : problems.join('; ').slice(0, 1_000),
      epoch: shaper?.countingEpoch ?? '',
      classes: own.map((queue) => queueReport(queue, ((lineBps ?? 0) * (guarantees.get(queue.number) ?? 0)) / 100)),
    };
  }
}

const queueReport = (queue: ObservedQueue, guaranteedBps: number): QueueReport => ({
  number: queue.number,
  packets: queue.packets,
  bytes: queue.bytes,
  drops: queue.drops,
  backlogBytes: queue.backlogBytes,
  delayMs: queue.delayMs ?? (guaranteedBps === 0 ? 0 : (queue.backlogBytes * 8_000) / guaranteedBps),
});

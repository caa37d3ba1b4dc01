import { maxMeteredFlows, type FlowCounters, type FlowCounts } from '@patronus/linux';
import type { PlannedFlow } from './probe-plan.ts';
import type { TrafficCounter, TunnelCounts } from './traffic-counter.ts';

/** Where far ends call from, as the tunnels' devices tell: by device and public key. */
export type FarEnds = ReadonlyMap<string, { readonly address: number; readonly port: number }>;

export const farEndKey = (tunnel: string, publicKey: string): string => `${tunnel} ${publicKey}`;

interface Slot {
  readonly slot: number;
  flow: PlannedFlow;
  generation: number;
  /** The flow as it is counted now, in words; empty while it is not known where the far end calls from. */
  counted: string;
}

/** Counts by the program at the uplinks: gives every far end of a tunnel a slot, and keeps it while documents name it. */
export class FlowCounter implements TrafficCounter {
  #counters: FlowCounters | null = null;
  readonly #slots = new Map<number, Map<number, Slot>>();
  readonly #free = Array.from({ length: maxMeteredFlows }, (_, index) => maxMeteredFlows - 1 - index);
  readonly #counts: FlowCounts = { sent: 0, expected: 0, received: 0, overtaken: 0, doubled: 0 };
  #farEnds: FarEnds = new Map();
  /** Never 0, and other than that of the program before with all likelihood. */
  #generation: number;

  /** @param seed from 0 to 1, another one in every run */
  constructor(seed: number) {
    this.#generation = 1 + Math.floor(seed * 2 ** 31);
  }

  /** Counts by these from now on, all from zero; nothing is counted while there are none. */
  use(counters: FlowCounters | null): void {
    this.#counters = counters;
    for (const slot of this.#all()) {
      slot.counted = '';
      this.#count(slot);
    }
  }

  configure(flows: readonly PlannedFlow[]): void {
    const wanted = new Set(flows.map(({ localAddress, remoteAddress }) => `${localAddress} ${remoteAddress}`));
    for (const [localAddress, ofLocal] of this.#slots) {
      for (const [remoteAddress, slot] of ofLocal) {
        if (wanted.has(`${localAddress} ${remoteAddress}`)) continue;
        this.#counters?.set(slot.slot, null);
        this.#free.push(slot.slot);
        ofLocal.delete(remoteAddress);
      }
    }
    for (const flow of flows) {
      const slot = this.#slotOf(flow);
      if (slot === undefined) continue;
      slot.flow = flow;
      this.#count(slot);
    }
  }

  /** Where far ends were last heard from; it matters for those that call us, and for those that call from elsewhere than told. */
  setFarEnds(farEnds: FarEnds): void {
    this.#farEnds = farEnds;
    for (const slot of this.#all()) this.#count(slot);
  }

  read(localAddress: number, remoteAddress: number, into: TunnelCounts): void {
    const slot = this.#slots.get(localAddress)?.get(remoteAddress);
    if (slot === undefined || slot.counted === '' || this.#counters === null) {
      into.generation = 0;
      return;
    }
    const counts = this.#counts;
    this.#counters.read(slot.slot, counts);
    into.generation = slot.generation;
    into.sent = counts.sent;
    into.expected = counts.expected;
    into.received = counts.received;
    into.overtaken = counts.overtaken;
    into.doubled = counts.doubled;
  }

  #slotOf(flow: PlannedFlow): Slot | undefined {
    let ofLocal = this.#slots.get(flow.localAddress);
    if (ofLocal === undefined) this.#slots.set(flow.localAddress, (ofLocal = new Map<number, Slot>()));
    const known = ofLocal.get(flow.remoteAddress);
    if (known !== undefined) return known;
    const slot = this.#free.pop();
    if (slot === undefined) return undefined;
    const fresh = { slot, flow, generation: 0, counted: '' };
    ofLocal.set(flow.remoteAddress, fresh);
    return fresh;
  }

  #all(): Slot[] {
    return [...this.#slots.values()].flatMap((ofLocal) => [...ofLocal.values()]);
  }

  #count(slot: Slot): void {
    if (this.#counters === null) return;
    const { tunnel, publicKey, localPort } = slot.flow;
    const far = this.#farEnds.get(farEndKey(tunnel, publicKey)) ?? slot.flow.far;
    const counted = far === null ? '' : `${far.address} ${far.port} ${localPort}`;
    if (counted === slot.counted) return;
    slot.counted = counted;
    slot.generation = this.#generation = (this.#generation % 0xffff_fffe) + 1;
    this.#counters.set(
      slot.slot,
      far === null ? null : { remoteAddress: far.address, remotePort: far.port, localPort },
    );
  }
}

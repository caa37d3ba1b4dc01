import { err, ok, type Clock, type NetworkEvent, type PathId, type Random, type Result } from '@patronus/core';
import type { NextHopMember, NextHopRefusal } from '@patronus/linux';
import {
  emptyReflectorPacket,
  eventFaults,
  type DecisionReport,
  type PathReport,
  type SiteDocument,
} from '@patronus/protocol';
import type { MonitoredPath } from '../probe/monitored-path.ts';
import type { ProbeResult } from '../ports.ts';
import { PathEngine } from '../probe/path-engine.ts';
import { planProbes, type PlannedPath } from '../probe/probe-plan.ts';

/** One path of the simulated network. Shares are 0–1; jitter is uniform extra delay up to this, each way. */
export interface SimulatedPath {
  forwardMs: number;
  reverseMs: number;
  jitterMs: number;
  forwardLoss: number;
  reverseLoss: number;
}

interface Arrival {
  atMs: number;
  readonly path: PathId;
  readonly action: () => void;
}

const reflectorMs = 0.2;

/**
 * A path engine on a simulated network in virtual time, with a far reflector behind every path and a kernel that takes
 * next-hop groups.
 */
export class ProbeSimulation {
  readonly engine: PathEngine;
  readonly clock: Clock = { now: () => this.nowMs, wall: () => this.nowMs + this.wallOffsetMs };
  readonly events: NetworkEvent[] = [];
  readonly groups = new Map<number, readonly NextHopMember[]>();
  readonly groupWrites: { readonly atMs: number; readonly groupId: number }[] = [];
  readonly refusedGroups = new Set<number>();
  readonly results: ProbeResult[] = [];
  readonly decisions: DecisionReport[] = [];
  /** Every reply that was delivered, as arguments of `PathEngine.receive`. */
  readonly delivered: Parameters<PathEngine['receive']>[] = [];
  reports: readonly PathReport[] = [];
  sent = 0;
  nowMs = 0;
  wallOffsetMs = Date.UTC(2026, 10, 21);
  /** Paths that lost their link, with those over which their far ends were told. */
  readonly lostLinks: { readonly lost: PathId; readonly over: PathId }[] = [];
  /** By how much the far sites' clocks are ahead of ours. */
  farClockMs = 0;
  readonly #paths = new Map<PathId, SimulatedPath>();
  readonly #random: Random;
  readonly #queued: { readonly path: MonitoredPath; readonly sequence: number }[] = [];
  readonly #reflected = new Map<number, number>();
  readonly #planned: readonly PlannedPath[];
  #arrivals: Arrival[] = [];
  /** Probes that far ends will send. */
  #departures: Arrival[] = [];
  #heldUntilMs = 0;

  constructor(document: SiteDocument, random: Random, every: Partial<SimulatedPath> = {}) {
    this.#random = random;
    for (const { id } of document.paths) {
      this.#paths.set(id, { forwardMs: 10, reverseMs: 10, jitterMs: 0, forwardLoss: 0, reverseLoss: 0, ...every });
    }
    this.engine = new PathEngine({
      clock: this.clock,
      outlet: {
        queue: (path, sequence, lost) => {
          this.#queued.push({ path, sequence });
          if (lost !== undefined) this.lostLinks.push({ lost: lost.planned.id, over: path.planned.id });
        },
        flush: () => this.#queued.splice(0).forEach(({ path, sequence }) => this.#send(path, sequence)),
      },
      groups: { replaceGroup: (groupId, members) => this.#replaceGroup(groupId, members) },
      listener: {
        paths: (reports) => (this.reports = reports),
        decisions: (decisions) => this.decisions.push(...decisions),
        event: (event) => this.#told(event),
        probed: (_request, result) => this.results.push(result),
      },
      newId: () => `event ${this.events.length}`,
    });
    const plan = planProbes(document);
    this.#planned = plan.paths;
    this.engine.configure(plan);
  }

  /** Lets time pass as on an idle machine: the engine wakes when it wants to, and for every packet. */
  run(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const arrivalMs = Math.min(...[...this.#arrivals, ...this.#departures].map(({ atMs }) => atMs));
      const nextMs = Math.max(this.nowMs, Math.min(arrivalMs, this.engine.wakeMs));
      if (nextMs > endMs) break;
      this.nowMs = nextMs;
      this.#round();
    }
    this.nowMs = endMs;
  }

  /** Runs until the condition holds; false when it does not within the time. */
  runUntil(condition: () => boolean, withinMs: number): boolean {
    const endMs = this.nowMs + withinMs;
    while (!condition() && this.nowMs < endMs) this.run(0.5);
    return condition();
  }

  /** The whole machine stands still, tunnels included: what should have arrived meanwhile comes `afterMs` after it. */
  stall(ms: number, afterMs = 0): void {
    const endMs = this.nowMs + ms;
    for (const arrival of this.#arrivals) arrival.atMs = Math.max(arrival.atMs, endMs + afterMs);
    this.nowMs = endMs;
    this.#round();
  }

  /** Tunnels are held up, while the engine runs on: nothing arrives before this has passed. */
  hold(ms: number): void {
    this.#heldUntilMs = this.nowMs + ms;
    for (const arrival of this.#arrivals) arrival.atMs = Math.max(arrival.atMs, this.#heldUntilMs);
  }

  /** From now on the far ends of all paths probe as well, this often. */
  probeFromFarEnds(intervalMs: number): void {
    for (const [index, path] of this.#planned.entries()) {
      const phaseMs = (intervalMs * index) / this.#planned.length;
      this.#probeFromFarEnd(path, this.nowMs + phaseMs, intervalMs);
    }
  }

  change(id: PathId, to: Partial<SimulatedPath>): void {
    Object.assign(this.#paths.get(id)!, to);
  }

  /** A silent blackout of both directions: what is under way is lost as well. */
  cut(id: PathId): void {
    this.change(id, { forwardLoss: 1, reverseLoss: 1 });
    this.#arrivals = this.#arrivals.filter((arrival) => arrival.path !== id);
  }

  mend(id: PathId): void {
    this.change(id, { forwardLoss: 0, reverseLoss: 0 });
  }

  report(id: PathId): PathReport {
    return this.reports.find((each) => each.pathId === id)!;
  }

  #probeFromFarEnd(path: PlannedPath, atMs: number, intervalMs: number): void {
    const action = (): void => {
      const line = this.#paths.get(path.id)!;
      this.#probeFromFarEnd(path, atMs + intervalMs, intervalMs);
      if (this.#random.next() < line.reverseLoss) return;
      const heard = (): void => this.engine.heard(path.localAddress, path.remoteAddress, null);
      const arrivesMs = Math.max(this.#heldUntilMs, atMs + line.reverseMs + this.#random.next() * line.jitterMs);
      this.#arrivals.push({ atMs: arrivesMs, path: path.id, action: heard });
    };
    this.#departures.push({ atMs, path: path.id, action });
  }

  #told(event: NetworkEvent): void {
    const faults = eventFaults(event);
    if (faults.length > 0) throw new Error(`an event is not as the catalogue has it: ${faults.join(', ')}`);
    this.events.push(event);
  }

  eventsOf(type: NetworkEvent['eventType']): NetworkEvent[] {
    return this.events.filter((event) => event.eventType === type);
  }

  #round(): void {
    const leaving = this.#departures.filter(({ atMs }) => atMs <= this.nowMs);
    this.#departures = this.#departures.filter(({ atMs }) => atMs > this.nowMs);
    for (const { action } of leaving) action();
    const due = this.#arrivals.filter(({ atMs }) => atMs <= this.nowMs).toSorted((a, b) => a.atMs - b.atMs);
    this.#arrivals = this.#arrivals.filter(({ atMs }) => atMs > this.nowMs);
    for (const { action } of due) action();
    this.engine.advance();
  }

  #send(path: MonitoredPath, sequence: number): void {
    this.sent++;
    const { id, remoteAddress } = path.planned;
    const line = this.#paths.get(id)!;
    const sentMs = this.clock.wall();
    const fraction = Math.floor(this.#random.next() * 2 ** 32);
    path.prober.ring.sent(sequence, sentMs, fraction);
    if (this.#random.next() < line.forwardLoss) return;
    const reflected = this.#reflected.get(path.sessionId) ?? 0;
    this.#reflected.set(path.sessionId, reflected + 1);
    if (this.#random.next() < line.reverseLoss) return;
    const forwardMs = line.forwardMs + this.#random.next() * line.jitterMs;
    const reverseMs = line.reverseMs + this.#random.next() * line.jitterMs;
    const packet = {
      ...emptyReflectorPacket(),
      sequence: reflected,
      sessionId: path.sessionId,
      receivedMs: sentMs + forwardMs + this.farClockMs,
      reflectedMs: sentMs + forwardMs + reflectorMs + this.farClockMs,
      senderSequence: sequence,
      senderFraction: fraction,
    };
    const atMs = Math.max(this.#heldUntilMs, this.nowMs + forwardMs + reflectorMs + reverseMs);
    const receivedAtMs = (): number => Math.max(this.nowMs, atMs) + this.wallOffsetMs;
    const action = (): void => {
      const reply: Parameters<PathEngine['receive']> = [packet, remoteAddress, receivedAtMs()];
      this.delivered.push(reply);
      this.engine.receive(...reply);
    };
    this.#arrivals.push({ atMs, path: id, action });
  }

  #replaceGroup(groupId: number, members: readonly NextHopMember[]): Result<void, NextHopRefusal> {
    if (this.refusedGroups.has(groupId)) {
      return err({ errno: 2, missing: true, text: 'ENOENT: no such file or directory' });
    }
    this.groups.set(groupId, members);
    this.groupWrites.push({ atMs: this.nowMs, groupId });
    return ok(undefined);
  }
}

import { readPacketEnds, type PacketEnds } from '@patronus/applications';
import { messageOf, type Clock, type Timer, type Timers } from '@patronus/core';
import type { SiteDocument } from '@patronus/protocol';
import type { EmitEvent } from '../events.ts';

/** Where logged flows come from; what is handed over is read during the call. */
export interface FlowTap {
  receive(
    handle: (packet: {
      readonly bytes: Uint8Array;
      readonly from: number;
      readonly to: number;
      readonly label: string;
    }) => void,
  ): number;
  close(): void;
}

export interface FlowLogParts {
  readonly open: () => FlowTap;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly event: EmitEvent;
}

/** The kernel keeps what it logs until it is fetched: seconds of it, at the rate that rules log. */
const fetchMs = 1_000;
/** A policy whose flows are many must not fill the events: one of it so often, with how many flows there were. */
const eventMs = 10_000;

interface Logged {
  readonly name: string;
  flows: number;
  latest: PacketEnds | null;
  toldMs: number;
}

/** Makes events of the flows that the kernel logs for policies. Listens only while a policy of the document in force logs. */
export class FlowLog {
  readonly #parts: FlowLogParts;
  #policies = new Map<number, Logged>();
  #tap: FlowTap | null = null;
  #timer: Timer | null = null;

  constructor(parts: FlowLogParts) {
    this.#parts = parts;
  }

  /** Takes up a document that is in force; null for none. */
  follow(document: SiteDocument | null): void {
    const logging = (document?.policies ?? []).filter(({ action }) => action.log === true);
    const before = this.#policies;
    this.#policies = new Map(
      logging.map(({ id, name }) => [id, { flows: 0, latest: null, toldMs: -Infinity, ...before.get(id), name }]),
    );
    if (logging.length === 0) this.stop();
    else if (this.#tap === null) this.#listen();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#tap?.close();
    this.#timer = this.#tap = null;
  }

  #listen(): void {
    const { open, timers, event } = this.#parts;
    try {
      this.#tap = open();
    } catch (error) {
      const message = `Flows that policies log are told by the kernel's log only: ${messageOf(error)}`;
      return event('edge_error', 'warning', message, { cause: messageOf(error) });
    }
    this.#timer = timers.every('flows that policies log', fetchMs, () => this.#fetch());
  }

  #fetch(): void {
    this.#tap?.receive(({ bytes, from, to, label }) => {
      const policy = this.#policies.get(Number(/^patronus policy (\d+) /.exec(label)?.[1] ?? 0));
      const ends = readPacketEnds(bytes, from, to);
      if (policy === undefined || ends === null) return;
      policy.flows++;
      policy.latest = ends;
    });
    const nowMs = this.#parts.clock.now();
    for (const [id, policy] of this.#policies) {
      if (policy.latest === null || nowMs - policy.toldMs < eventMs) continue;
      this.#tell(id, policy, policy.latest);
      policy.toldMs = nowMs;
      policy.flows = 0;
      policy.latest = null;
    }
  }

  #tell(id: number, { name, flows }: Logged, ends: PacketEnds): void {
    const { protocol, source, destination, sourcePort, destinationPort } = ends;
    const end = (address: string, port: number | null): string =>
      port === null ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    const flow = `${protocol} ${end(source, sourcePort)} → ${end(destination, destinationPort)}`;
    const message =
      flows === 1 ? `Policy ${name} logged ${flow}` : `Policy ${name} logged ${flows} flows, the latest ${flow}`;
    this.#parts.event('flow_logged', 'info', message, {
      policy: name,
      policy_id: id,
      flows,
      protocol,
      source,
      destination,
      source_port: sourcePort,
      destination_port: destinationPort,
    });
  }
}

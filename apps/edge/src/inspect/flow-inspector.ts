import {
  applicationOfProtocols,
  destinationOf,
  directionKey,
  emptyPacket,
  readPacket,
  replyKey,
  type PacketView,
} from '@patronus/applications';
import type { Address, Clock } from '@patronus/core';
import type { ProtocolDetector } from '@patronus/linux';

/** Flows that are looked at at once; the oldest gives way. What strangers choose to send makes nDPI allocate 40 KB for one. */
export const maxInspectedFlows = 2_048;
/** The kernel hands over about as many; most protocols show themselves within four. */
const maxPackets = 24;
/** A flow that has not shown what it is by then will not. */
const patienceMs = 15_000;

type Detector = Pick<ProtocolDetector, 'take' | 'forget'>;

/** A service that was recognised: whoever speaks to this port of this address speaks this. */
export interface ServiceFinding {
  readonly protocol: 'tcp' | 'udp';
  readonly destination: Address;
  readonly destinationPort: number;
  /** An application of the catalogue. */
  readonly application: string;
}

interface InspectedFlow {
  /** Null once it is settled: the kernel still hands over some of its packets. */
  slot: number | null;
  readonly since: number;
  readonly service: Omit<ServiceFinding, 'application'>;
  packets: number;
}

/** Follows flows from their first packets until what they are is known, or will not be. Bounded in memory and time. */
export class FlowInspector {
  readonly #clock: Clock;
  readonly #detector: Detector;
  readonly #packet: PacketView = emptyPacket();
  /** In the order in which they began. */
  readonly #flows = new Map<string, InspectedFlow>();
  readonly #free = Array.from({ length: maxInspectedFlows }, (_, slot) => slot);

  /** The detector has {@link maxInspectedFlows} slots. */
  constructor(clock: Clock, detector: Detector) {
    this.#clock = clock;
    this.#detector = detector;
  }

  /** How many flows it waits for. */
  get waiting(): number {
    return maxInspectedFlows - this.#free.length;
  }

  /** Takes a packet of either direction, from its IP header on; answers what it settles, or null. */
  take(bytes: Uint8Array, from: number, to: number): ServiceFinding | null {
    const packet = this.#packet;
    if (!readPacket(bytes, from, to, packet)) return null;
    const known = this.#flows.get(directionKey(bytes, packet)) ?? this.#flows.get(replyKey(bytes, packet));
    const flow = known ?? this.#begin(bytes);
    if (flow.slot === null) return null;
    const protocols = this.#detector.take(flow.slot, bytes, from, to, this.#clock.wall());
    const application = applicationOfProtocols(protocols);
    if (application !== null || ++flow.packets >= maxPackets) this.#settle(flow);
    return application === null ? null : { ...flow.service, application };
  }

  #begin(bytes: Uint8Array): InspectedFlow {
    this.#dropOld();
    const packet = this.#packet;
    const { protocol, destinationPort } = packet;
    const flow: InspectedFlow = {
      slot: this.#free.pop()!,
      since: this.#clock.now(),
      service: { protocol, destination: destinationOf(bytes, packet), destinationPort },
      packets: 0,
    };
    this.#flows.set(directionKey(bytes, packet), flow);
    return flow;
  }

  #dropOld(): void {
    const now = this.#clock.now();
    for (const [key, flow] of this.#flows) {
      const isRoom = this.#free.length > 0 && this.#flows.size < 2 * maxInspectedFlows;
      if (isRoom && now - flow.since < patienceMs) return;
      this.#settle(flow);
      this.#flows.delete(key);
    }
  }

  #settle(flow: InspectedFlow): void {
    if (flow.slot === null) return;
    this.#detector.forget(flow.slot);
    this.#free.push(flow.slot);
    flow.slot = null;
  }
}

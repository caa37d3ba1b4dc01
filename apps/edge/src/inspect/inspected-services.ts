import type { Address, Clock } from '@patronus/core';
import type { ServiceFinding } from './flow-inspector.ts';

/** The end of a flow that answers. */
export interface Service {
  readonly protocol: string;
  readonly destination: Address;
  /** Null for a protocol without ports. */
  readonly destinationPort: number | null;
}

/** What a program listens for at a port seldom changes, but the address may be given to another host. */
const keptMs = 3_600_000;
/** Some thousands are in use at a site; peers of file sharing are more. One costs some 200 octets. */
const maxServices = 16_384;

/** Applications of services as inspection found them, for an hour after they were last found. */
export class InspectedServices {
  readonly #clock: Clock;
  /** In the order in which they were last found. */
  readonly #found = new Map<string, { readonly application: string; readonly untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#found.size;
  }

  learn({ application, ...service }: ServiceFinding): void {
    const key = keyOf(service);
    this.#found.delete(key);
    this.#found.set(key, { application, untilMs: this.#clock.now() + keptMs });
    if (this.#found.size > maxServices) this.#found.delete(this.#found.keys().next().value!);
  }

  /** Null where nothing was found, or long ago. */
  applicationOf(service: Service): string | null {
    const found = this.#found.get(keyOf(service));
    return found === undefined || found.untilMs <= this.#clock.now() ? null : found.application;
  }
}

const keyOf = ({ protocol, destination, destinationPort }: Service): string =>
  `${protocol} ${destination} ${destinationPort}`;

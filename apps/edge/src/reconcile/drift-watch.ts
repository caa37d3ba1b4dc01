import { isOurDevice, routeProtocol, type Timer, type Timers } from '@patronus/core';
import type { LinkEvent } from '@patronus/linux';

/** Events come in bursts: a device that goes takes its addresses and routes along. Longer only delays the repair. */
const settleMs = 100;
/** Nobody tells of changes to nft, and a monitor can miss events. Reading everything takes some 50 ms of a core. */
const checkMs = 15_000;

/** Starts a repair soon after something of ours was changed by others, and now and then without being told. */
export class DriftWatch {
  readonly #timers: Timers;
  readonly #repair: () => void;
  readonly #check: Timer;
  #settling: Timer | null = null;

  /** The callback must not throw; it is called again only after the settling time. */
  constructor(timers: Timers, repair: () => void) {
    this.#timers = timers;
    this.#repair = repair;
    this.#check = timers.every('kernel check', checkMs, repair);
  }

  /** What the link monitor tells. */
  seen(event: LinkEvent): void {
    if (this.#settling !== null || !mayBeDrift(event)) return;
    this.#settling = this.#timers.after('settling of kernel changes', settleMs, () => {
      this.#settling = null;
      this.#repair();
    });
  }

  stop(): void {
    this.#check.cancel();
    this.#settling?.cancel();
  }
}

/**
 * Whether an event may mean that the kernel is no longer as it should be: something of ours went away, or what our state
 * follows from has changed (devices, their addresses, the gateways of uplinks). Steering moves next hops all the time, so
 * what is merely added or replaced is none of it.
 */
export function mayBeDrift(event: LinkEvent): boolean {
  switch (event.kind) {
    case 'resync':
    case 'link_deleted':
      return true;
    case 'link':
      return !isOurDevice(event.device) || !event.up;
    case 'address':
      return event.deleted || !isOurDevice(event.device);
    case 'route':
      return isOurs(event) ? event.deleted : event.text.startsWith('default');
    case 'rule':
    case 'next_hop':
      return event.deleted && isOurs(event);
  }
}

const isOurs = ({ protocol }: { protocol: string | null }): boolean => protocol === String(routeProtocol);

import { networkInterfaces } from 'node:os';
import { canonicalJson, isOurDevice, type Timers } from '@patronus/core';
import type { UplinkFact } from '@patronus/protocol';

/** For changes of which no hint came. Reading all addresses costs well under a millisecond. */
const pollMs = 1_000;

/** The devices of this network namespace that are up, have carrier and an address; our tunnels and loopback left out. */
export function readUplinks(): UplinkFact[] {
  return Object.entries(networkInterfaces())
    .filter(([device, addresses]) => !isOurDevice(device) && addresses?.some((each) => !each.internal))
    .map(([device, addresses]) => ({
      device,
      addresses: (addresses ?? []).filter((each) => !isLinkLocal(each.address)).map((each) => each.address),
      carrier: true,
    }))
    .toSorted((a, b) => (a.device < b.device ? -1 : 1));
}

/** The devices as last seen. */
export interface UplinkMonitor {
  uplinks(): readonly UplinkFact[];
  /** Reads them now, as something hints at a change. */
  look(): void;
  stop(): void;
}

/**
 * Watches the devices and tells when one gained or lost its carrier or an address. A device seen once stays in the list,
 * without carrier, when it is gone.
 */
export function watchUplinks(
  timers: Timers,
  read: () => UplinkFact[],
  changed: (uplinks: readonly UplinkFact[], before: readonly UplinkFact[]) => void,
): UplinkMonitor {
  let known = read();
  const look = (): void => {
    const present = read();
    const lost = known.filter((each) => !present.some((other) => other.device === each.device));
    const now = [...present, ...lost.map((each) => ({ ...each, carrier: false }))];
    const before = known;
    known = now.toSorted((a, b) => (a.device < b.device ? -1 : 1));
    if (canonicalJson(before) !== canonicalJson(known)) changed(known, before);
  };
  const poll = timers.every('uplink poll', pollMs, look);
  return { uplinks: () => known, look, stop: () => poll.cancel() };
}

const isLinkLocal = (address: string): boolean => /^fe[89ab]/i.test(address);

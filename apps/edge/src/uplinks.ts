import { networkInterfaces } from 'node:os';
import { canonicalJson, type Timers } from '@patronus/core';
import type { UplinkFact } from '@patronus/protocol';
import type { LinkMonitor } from './ports.ts';

/**
 * Reading all addresses costs well under a millisecond; the prober notices a dead uplink sooner by itself, this is for a
 * new address or a cable put back.
 */
const pollMs = 500;

/** The devices of this network namespace that are up, have carrier and an address; our tunnels and loopback left out. */
export function readUplinks(): UplinkFact[] {
  return Object.entries(networkInterfaces())
    .filter(([device, addresses]) => !/^pt\d+-\d+$/.test(device) && addresses?.some((each) => !each.internal))
    .map(([device, addresses]) => ({
      device,
      addresses: (addresses ?? []).filter((each) => !isLinkLocal(each.address)).map((each) => each.address),
      carrier: true,
    }))
    .toSorted((a, b) => (a.device < b.device ? -1 : 1));
}

/**
 * Watches the devices and tells when one gained or lost its carrier or an address. A device seen once stays in the list,
 * without carrier, when it is gone.
 */
export function watchUplinks(
  timers: Timers,
  changed: (uplinks: readonly UplinkFact[], before: readonly UplinkFact[]) => void,
  read: () => UplinkFact[] = readUplinks,
): LinkMonitor {
  let known = read();
  const timer = timers.every('uplink poll', pollMs, () => {
    const present = read();
    const lost = known.filter((each) => !present.some((other) => other.device === each.device));
    const now = [...present, ...lost.map((each) => ({ ...each, carrier: false }))];
    const before = known;
    known = now.toSorted((a, b) => (a.device < b.device ? -1 : 1));
    if (canonicalJson(before) !== canonicalJson(known)) changed(known, before);
  });
  return { uplinks: () => known, stop: () => timer.cancel() };
}

const isLinkLocal = (address: string): boolean => /^fe[89ab]/i.test(address);

import { contentHash, isIpv6, shaperName } from '@patronus/core';
import type { LocalEndpoint, SiteDocument } from '@patronus/protocol';
import type { Shaper, ShaperSource } from './kernel-state.ts';
import type { LocalFacts } from './local-facts.ts';

/**
 * The share of a line that is used: the queue must form here, where classes are known, and not in the provider's modem. More
 * lets bursts pile up there, less gives bandwidth away.
 */
const shapedShare = 0.97;

/** What the queues of a line may send together, bit/s. */
export const shapedBps = (lineBps: number): number => Math.floor(lineBps * shapedShare);

/**
 * What WireGuard adds to a packet (UDP 8, WireGuard 32, padding to 16 octets 8 on average) with its outer IP header, and what
 * Ethernet adds to that (14). Packets past the tunnels are counted with it too: they get a little less than they could.
 */
const tunnelOverhead = { ipv4: 20 + 8 + 32 + 8 + 14, ipv6: 40 + 8 + 32 + 8 + 14 };

/** The queues of the uplinks that are shaped or policed, for the devices that this machine has. */
export function compileShapers(
  document: SiteDocument,
  facts: Pick<LocalFacts, 'uplinks' | 'lineRates' | 'countingEpoch'>,
): Shaper[] {
  return document.endpoints.flatMap((endpoint) => {
    const uplink: ShaperSource[] =
      endpoint.device in facts.uplinks ? [{ device: endpoint.device, kind: 'uplink' }] : [];
    return [...outgoing(document, endpoint, facts, uplink), ...incoming(endpoint, facts.countingEpoch, uplink)];
  });
}

function outgoing(
  { tunnels, qosClasses = [] }: SiteDocument,
  { slot, shaping }: LocalEndpoint,
  { lineRates, countingEpoch }: Pick<LocalFacts, 'lineRates' | 'countingEpoch'>,
  uplink: readonly ShaperSource[],
): Shaper[] {
  if (shaping === undefined || qosClasses.length === 0) return [];
  const own = tunnels.filter(({ localSlot }) => localSlot === slot);
  const overIpv6 = own.some(({ peers }) => peers.some(({ address }) => address !== null && isIpv6(address)));
  const fixed = {
    name: shaperName(slot, 'out'),
    direction: 'out' as const,
    overheadBytes: overIpv6 ? tunnelOverhead.ipv6 : tunnelOverhead.ipv4,
    classes: qosClasses.map(({ number, guaranteePercent, ceilingPercent, priority, isDefault }) => ({
      number,
      guaranteePercent,
      ceilingPercent,
      priority,
      isDefault,
    })),
  };
  const hash = contentHash({ ...fixed, boughtBps: shaping.rateBps, auto: shaping.auto }).slice(0, 16);
  const rateBps = shapedBps(lineRates?.get(slot) ?? shaping.rateBps);
  const redirects = [...own.map(({ name }) => ({ device: name, kind: 'tunnel' as const })), ...uplink];
  return [{ ...fixed, hash, countingEpoch, rateBps, redirects }];
}

function incoming(
  { slot, policing }: LocalEndpoint,
  countingEpoch: string,
  redirects: readonly ShaperSource[],
): Shaper[] {
  if (policing === undefined) return [];
  const fixed = {
    name: shaperName(slot, 'in'),
    direction: 'in' as const,
    // what comes in is seen as it is on the line
    overheadBytes: 0,
    classes: [],
    rateBps: shapedBps(policing.rateBps),
  };
  return [{ ...fixed, hash: contentHash(fixed).slice(0, 16), countingEpoch, redirects }];
}

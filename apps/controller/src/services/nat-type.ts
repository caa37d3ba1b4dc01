import { tunnelPort } from '@patronus/core';

/**
 * How what is before an uplink translates its address (RFC 4787, section 4.1). `none`: not at all. `endpoint_independent`: one
 * port of the edge looks the same to all. `address_dependent`: not the same to all; whether the port of the other side matters
 * too cannot be told from far ends with addresses of their own. `translated`: it does, but no two have seen the same port of
 * the edge. `unknown`: nobody has seen it lately.
 */
export const natTypes = ['none', 'endpoint_independent', 'address_dependent', 'translated', 'unknown'] as const;
export type NatType = (typeof natTypes)[number];

export interface Nat {
  readonly natType: NatType;
  /** Where others see it; null where that is not known. */
  readonly publicAddress: string | null;
}

/** An uplink as its site has it. */
export interface NatEndpoint {
  readonly nat: boolean;
  readonly address: string | null;
  /** First of its UDP ports. */
  readonly port: number;
  readonly slot: number;
}

/** Where another edge sees an uplink: its tunnel there ends at the endpoint in this slot. */
export interface NatView {
  readonly observerSlot: number;
  readonly address: string;
  readonly port: number;
}

/** What is before an uplink, from what others see of it and from the addresses on its own device. */
export function natOf(endpoint: NatEndpoint, ownAddresses: readonly string[], views: readonly NatView[]): Nat {
  if (!endpoint.nat) return { natType: 'none', publicAddress: endpoint.address };
  if (views.length === 0) return { natType: 'unknown', publicAddress: null };
  const { port, slot } = endpoint;
  const isItself = views.every(
    (view) => ownAddresses.includes(view.address) && view.port === tunnelPort(port, slot, view.observerSlot),
  );
  return { natType: isItself ? 'none' : mappingOf(views), publicAddress: mostSeen(views) };
}

/** The edge has a UDP port for each slot at the far end, so only views from the same slot are of the same port. */
function mappingOf(views: readonly NatView[]): NatType {
  const ofOnePort = [...Map.groupBy(views, ({ observerSlot }) => observerSlot).values()].filter(
    (group) => group.length > 1,
  );
  if (ofOnePort.length === 0) return 'translated';
  const isSame = ofOnePort.every((group) => new Set(group.map(({ address, port }) => `${address} ${port}`)).size === 1);
  return isSame ? 'endpoint_independent' : 'address_dependent';
}

/** A translator with several addresses may show another one to each (RFC 4787, section 4.1, pooling). */
function mostSeen(views: readonly NatView[]): string {
  const byAddress = [...Map.groupBy(views, ({ address }) => address)];
  const ranked = byAddress.toSorted(([a, seen], [b, others]) => others.length - seen.length || (a < b ? -1 : 1));
  return ranked[0]![0];
}

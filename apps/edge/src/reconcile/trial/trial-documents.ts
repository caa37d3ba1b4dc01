import {
  defaultBasePort,
  defaultOverlay,
  pathId,
  prefix,
  probeAddress,
  tunnelName,
  tunnelPort,
  type Address,
  type EndpointId,
  type Policy,
  type Prefix,
  type QosClass,
  type SiteId,
} from '@patronus/core';
import type { SteeringDecision } from '@patronus/netconf';
import { documentVersion, type LineShaping, type SiteDocument } from '@patronus/protocol';

export interface TrialWishes {
  readonly policies: readonly Policy[];
  /** Public keys of the other edge's tunnels; without them there are no peers yet. */
  readonly peerKeys?: Readonly<Record<string, string>>;
  /** Further prefixes of the other site. */
  readonly morePrefixes?: readonly Prefix[];
  /** How fast the endpoint on line 1 may send; not shaped without. */
  readonly shaping?: LineShaping;
  readonly policing?: { readonly rateBps: number };
  /** Outer packets of the tunnel on line 1 carry the code point of what is inside. */
  readonly copiesDscp?: boolean;
  readonly qosClasses?: readonly QosClass[];
  /** Leaves the IPv6 prefixes of both sites out. */
  readonly ipv4Only?: boolean;
  /** The other edge drops second copies of duplicated packets. */
  readonly dropsCopies?: boolean;
}

const siteId = (index: number): SiteId => `00000000-0000-4000-8000-00000000000${index}` as SiteId;
const endpointId = (index: number, slot: number): EndpointId =>
  `00000000-0000-4000-8000-0000000000${index}${slot}` as EndpointId;
const sitePrefixes = (index: number, { ipv4Only = false }: TrialWishes): Prefix[] => [
  prefix(`10.${index}.0.0/24`),
  ...(ipv4Only ? [] : [prefix(`2001:db8:${index}::/48`)]),
];
const lines = ['192.0.2', '198.51.100'];

/** The document of an edge of the trial network: two uplinks, a tunnel from each to each of the other edge's. */
export function trialDocument(index: 0 | 1, wishes: TrialWishes): SiteDocument {
  const other = 1 - index;
  const pairs = [0, 1].flatMap((local) => [0, 1].map((remote) => ({ local, remote })));
  const content: Omit<SiteDocument, 'version'> = {
    format: 1,
    site: { id: siteId(index), index, name: `site ${index}`, prefixes: sitePrefixes(index, wishes) },
    endpoints: [0, 1].map((slot) => ({
      id: endpointId(index, slot),
      slot,
      label: `line ${slot}`,
      device: `wan${slot}`,
      cost: 10,
      profile: 'default',
      ...(slot === 1 && wishes.shaping !== undefined ? { shaping: wishes.shaping } : {}),
      ...(slot === 1 && wishes.policing !== undefined ? { policing: wishes.policing } : {}),
      ...(slot === 1 && wishes.copiesDscp === true ? { copiesDscp: true } : {}),
    })),
    tunnels: pairs
      .filter(({ local, remote }) => local === remote)
      .map(({ local, remote }) => ({
        name: tunnelName(local, remote),
        localSlot: local,
        remoteSlot: remote,
        listenPort: tunnelPort(defaultBasePort, local, remote),
        probeAddress: probeAddress(defaultOverlay, index, local, remote),
        mtu: 1420,
        peers: peersOf(local, remote, other, wishes.peerKeys),
      })),
    remoteSites: [
      {
        id: siteId(other),
        index: other,
        name: `site ${other}`,
        prefixes: [...sitePrefixes(other, wishes), ...(wishes.morePrefixes ?? [])],
        ...(wishes.dropsCopies === true ? { dropsCopies: true } : {}),
      },
    ],
    paths: pairs
      .filter(({ local, remote }) => local === remote)
      .map(({ local, remote }) => ({
        id: pathId(endpointId(index, local), endpointId(other, remote)),
        localEndpointId: endpointId(index, local),
        remoteEndpointId: endpointId(other, remote),
        remoteSiteId: siteId(other),
        remoteLabel: `line ${remote}`,
        tunnel: tunnelName(local, remote),
        remoteProbeAddress: probeAddress(defaultOverlay, other, remote, local),
        profile: 'default',
        cost: 20,
      })),
    policies: wishes.policies,
    ...(wishes.qosClasses === undefined ? {} : { qosClasses: wishes.qosClasses }),
    confirmWindowMs: 30_000,
  };
  return { ...content, version: documentVersion(content) };
}

function peersOf(
  local: number,
  remote: number,
  other: number,
  keys: TrialWishes['peerKeys'],
): SiteDocument['tunnels'][0]['peers'] {
  const publicKey = keys?.[tunnelName(remote, local)];
  if (publicKey === undefined) return [];
  return [
    {
      siteId: siteId(other),
      endpointId: endpointId(other, remote),
      publicKey,
      address: `${lines[remote]}.${other + 1}` as Address,
      port: tunnelPort(defaultBasePort, remote, local),
      probeAddress: probeAddress(defaultOverlay, other, remote, local),
      keepalive: 0,
    },
  ];
}

/** Every policy over these lines, weighted evenly. */
export const trialDecisions = (
  index: 0 | 1,
  linesByPolicy: Readonly<Record<number, readonly number[]>>,
): SteeringDecision[] =>
  Object.entries(linesByPolicy).map(([policyId, slots]) => ({
    policyId: Number(policyId),
    siteId: siteId(1 - index),
    paths: slots.map((slot) => ({ pathId: pathId(endpointId(index, slot), endpointId(1 - index, slot)), weight: 1 })),
  }));

import { tunnelNamePattern, type Address, type Prefix } from '@patronus/core';
import type { ObservedFarEnd, ObservedTraffic, TunnelPeerState, TunnelState } from './kernel-state.ts';

/**
 * Peers in the configuration syntax of `wg addconf`, which adds a peer or replaces all that is known of it. Holds public
 * keys only.
 */
export const wgPeersText = (peers: readonly TunnelPeerState[]): string => `${peers.map(peerText).join('\n\n')}\n`;

const peerText = (peer: TunnelPeerState): string =>
  [
    '[Peer]',
    `PublicKey = ${peer.publicKey}`,
    ...(peer.endpoint === null ? [] : [`Endpoint = ${endpointText(peer.endpoint)}`]),
    `AllowedIPs = ${peer.allowedIps.join(', ')}`,
    `PersistentKeepalive = ${peer.keepalive === 0 ? 'off' : peer.keepalive}`,
  ].join('\n');

const endpointText = ({ address, port }: { address: Address; port: number }): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/**
 * `wg show NAME dump`: first the interface, then its peers. The private key and preshared keys in it are passed over.
 * Null where the text is not of that shape.
 */
export function parseWgDump(text: string): Pick<TunnelState, 'publicKey' | 'listenPort' | 'fwmark' | 'peers'> | null {
  const [head, ...peers] = text.trimEnd().split('\n');
  const [, publicKey, listenPort, fwmark] = (head ?? '').split('\t');
  if (publicKey === undefined || listenPort === undefined || fwmark === undefined) return null;
  return {
    publicKey: publicKey === '(none)' ? '' : publicKey,
    listenPort: Number(listenPort),
    fwmark: fwmark === 'off' ? 0 : Number(fwmark),
    peers: peers.map(parsePeer),
  };
}

/** `wg show all transfer`: interface, peer, octets received, octets sent. Interfaces that are not ours are passed over. */
export const parseWgTransfer = (text: string): ObservedTraffic[] =>
  text.split('\n').flatMap((line) => {
    const [tunnel, publicKey, received, sent] = line.split('\t');
    if (tunnel === undefined || publicKey === undefined || !tunnelNamePattern.test(tunnel)) return [];
    return [{ tunnel, publicKey, bytesSent: Number(sent), bytesReceived: Number(received) }];
  });

/** `wg show all endpoints`: interface, peer, where it was last heard from; those not heard from yet are passed over. */
export const parseWgEndpoints = (text: string): readonly ObservedFarEnd[] =>
  text.split('\n').flatMap((line) => {
    const [tunnel, publicKey, told] = line.split('\t');
    if (tunnel === undefined || publicKey === undefined || !tunnelNamePattern.test(tunnel)) return [];
    const endpoint = parseEndpoint(told ?? '');
    return endpoint === null ? [] : [{ tunnel, publicKey, ...endpoint }];
  });

function parsePeer(line: string): TunnelPeerState {
  const [publicKey, , endpoint, allowedIps, , , , keepalive] = line.split('\t');
  return {
    publicKey: publicKey ?? '',
    endpoint: parseEndpoint(endpoint ?? '(none)'),
    allowedIps: allowedIps === '(none)' ? [] : ((allowedIps ?? '').split(',') as Prefix[]),
    keepalive: keepalive === 'off' ? 0 : Number(keepalive),
  };
}

function parseEndpoint(text: string): TunnelPeerState['endpoint'] {
  const match = /^\[?([^\]]+?)\]?:(\d+)$/.exec(text);
  return match === null ? null : { address: match[1] as Address, port: Number(match[2]) };
}

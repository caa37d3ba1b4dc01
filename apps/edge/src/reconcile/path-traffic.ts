import { parseAddress } from '@patronus/core';
import type { Kernel, ObservedFarEnd } from '@patronus/netconf';
import type { FarEndAddress, PathTraffic, SiteDocument } from '@patronus/protocol';

/**
 * Octets through the tunnel of each path of the document, and where far ends behind NAT call from. Throws as `Kernel.observe`
 * does.
 */
export async function readPathTraffic(
  kernel: Pick<Kernel, 'traffic' | 'farEnds'>,
  document: SiteDocument,
): Promise<PathTraffic[]> {
  const paths = new Map(document.paths.map((path) => [`${path.tunnel} ${path.remoteEndpointId}`, path.id]));
  const peers = new Map(
    document.tunnels.flatMap(({ name, peers: own }) =>
      own.map(({ publicKey, endpointId, address }) => [
        `${name} ${publicKey}`,
        { pathId: paths.get(`${name} ${endpointId}`), calls: address === null },
      ]),
    ),
  );
  const anyCalls = [...peers.values()].some(({ calls }) => calls);
  const [traffic, farEnds] = await Promise.all([kernel.traffic(), anyCalls ? kernel.farEnds() : []]);
  const remotes = new Map(farEnds.map((farEnd) => [`${farEnd.tunnel} ${farEnd.publicKey}`, remoteOf(farEnd)]));
  return traffic.flatMap(({ tunnel, publicKey, bytesSent, bytesReceived }) => {
    const key = `${tunnel} ${publicKey}`;
    const { pathId, calls = false } = peers.get(key) ?? {};
    if (pathId === undefined) return [];
    const remote = calls ? remotes.get(key) : undefined;
    return [{ pathId, bytesSent, bytesReceived, ...(remote && { remote }) }];
  });
}

/** Undefined for a link-local address, whose zone means nothing elsewhere. */
function remoteOf({ address, port }: ObservedFarEnd): FarEndAddress | undefined {
  const parsed = parseAddress(address);
  return parsed.ok ? { address: parsed.value, port } : undefined;
}

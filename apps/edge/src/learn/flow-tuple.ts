import type { PacketView } from '@patronus/applications';
import type { FlowTuple } from '@patronus/linux';

/** The flow that a packet of its original direction belongs to. */
export function tupleOf(bytes: Uint8Array, packet: PacketView): FlowTuple {
  const { family, protocol, sourceAt, destinationAt, sourcePort, destinationPort } = packet;
  const size = family === 4 ? 4 : 16;
  const source = bytes.subarray(sourceAt, sourceAt + size);
  const destination = bytes.subarray(destinationAt, destinationAt + size);
  return { family, protocol, source, destination, sourcePort, destinationPort };
}

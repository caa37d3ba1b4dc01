import { flowLogGroup } from '@patronus/core';
import { closeDescriptor, PacketTap } from '@patronus/linux';
import type { FlowTap } from './flow-log.ts';

/** Listens for flows that rules log, in this network namespace. Errors: `kernel_refused`. */
export function openFlowTap(): FlowTap {
  const tap = PacketTap.open('copy', flowLogGroup);
  return { receive: (handle) => tap.receive(handle), close: () => closeDescriptor(tap.fd) };
}

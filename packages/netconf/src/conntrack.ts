import { classMark, parseAddress, type Address } from '@patronus/core';

const classMask = classMark(0xfff);

/** A flow that a policy chose a class for. */
export interface ObservedFlow {
  readonly class: number;
  /** Who began it. */
  readonly source: Address;
}

/** A line of `/proc/net/nf_conntrack`; null for a flow that is of no class. */
export function parseConntrackLine(line: string): ObservedFlow | null {
  const mark = Number(/ mark=(\d+)/.exec(line)?.[1] ?? 0);
  const forwardingClass = (mark & classMask) >>> 16;
  const source = parseAddress(/ src=(\S+)/.exec(line)?.[1] ?? '');
  return forwardingClass === 0 || !source.ok ? null : { class: forwardingClass, source: source.value };
}

/** A flow that the kernel tracks, as it was when it began. Octets and packets are null where the kernel does not count. */
export interface FlowEntry extends ObservedFlow {
  readonly destination: Address;
  /** Such as `tcp`; the number where it has no name. */
  readonly protocol: string;
  /** Null for protocols without. */
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  readonly bytesSent: number | null;
  readonly bytesReceived: number | null;
  readonly packetsSent: number | null;
  readonly packetsReceived: number | null;
}

/** The whole of a line of `/proc/net/nf_conntrack`; class 0 for a flow of none, null for what is no flow. */
export function parseFlowEntry(line: string): FlowEntry | null {
  const head = /^ipv[46]\s+\d+\s+(\S+)\s+(\d+)\s/.exec(line);
  const [sent, received = ''] = line.split(/ (?=src=)/).slice(1);
  const destination = parseAddress(/ dst=(\S+)/.exec(sent ?? '')?.[1] ?? '');
  const source = parseAddress(/^src=(\S+)/.exec(sent ?? '')?.[1] ?? '');
  if (head === null || sent === undefined || !source.ok || !destination.ok) return null;
  const mark = Number(/ mark=(\d+)/.exec(line)?.[1] ?? 0);
  const figure = (text: string, name: string): number | null => {
    const found = new RegExp(` ${name}=(\\d+)`).exec(text)?.[1];
    return found === undefined ? null : Number(found);
  };
  return {
    class: (mark & classMask) >>> 16,
    source: source.value,
    destination: destination.value,
    protocol: head[1] === 'unknown' ? head[2]! : head[1]!,
    sourcePort: figure(sent, 'sport'),
    destinationPort: figure(sent, 'dport'),
    bytesSent: figure(sent, 'bytes'),
    bytesReceived: figure(received, 'bytes'),
    packetsSent: figure(sent, 'packets'),
    packetsReceived: figure(received, 'packets'),
  };
}

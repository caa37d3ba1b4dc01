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

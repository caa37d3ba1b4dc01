import { qosClassNumber, qosHandle, shaperNamePattern } from '@patronus/core';
import type { ObservedQueue, ObservedShaper } from './kernel-state.ts';
import { parseShaperAlias, redirectPref } from './tc-text.ts';

/** A shaper before it is known whose packets it takes. */
export type ShaperQueues = Omit<ObservedShaper, 'redirects'>;

/** `ip -j link show type ifb` and `tc -j qdisc show`: our shapers, with how many classes have their queue. */
export function parseShapers(linksJson: string, qdiscsJson: string): ShaperQueues[] {
  const links = parseArrays<{ ifname: string; ifalias?: string }>(linksJson)[0] ?? [];
  const qdiscs = parseArrays<TcQdisc>(qdiscsJson)[0] ?? [];
  return links
    .filter(({ ifname }) => shaperNamePattern.test(ifname))
    .map(({ ifname: name, ifalias = '' }) => {
      const own = qdiscs.filter(({ dev }) => dev === name);
      const inClasses = own.filter(({ parent = '' }) => qosClassNumber(parent) !== null).length;
      const isPoliced = own.some(({ root, handle, kind }) => root === true && handle === qosHandle && kind !== 'htb');
      return { name, ...(parseShaperAlias(ifalias) ?? { hash: '', epoch: '' }), queues: isPoliced ? 1 : inClasses };
    });
}

/** `tc -j qdisc show`: devices that can have filters where packets leave and come in. */
export const parseFilteredDevices = (qdiscsJson: string): string[] =>
  (parseArrays<TcQdisc>(qdiscsJson)[0] ?? []).filter(({ kind }) => kind === 'clsact').map(({ dev = '' }) => dev);

/** What `tc -j -batch -` prints for `filter show` of each device and hook, in this order: to which shaper it leads. */
export function parseRedirects<T extends { readonly device: string; readonly hook: string }>(
  json: string,
  asked: readonly T[],
): (T & { readonly shaper: string })[] {
  const lists = parseArrays<TcFilter>(json);
  return asked.flatMap((each, index) => {
    const targets = (lists[index] ?? [])
      .filter(({ pref }) => pref === redirectPref.ip || pref === redirectPref.ipv6)
      .flatMap(({ options }) => options?.actions ?? [])
      .flatMap(({ to_dev: shaper }) => (shaper === undefined ? [] : [shaper]));
    return [...new Set(targets)].map((shaper) => ({ ...each, shaper }));
  });
}

/** `tc -s -j qdisc show`: what each queue of our classes has done. */
export function parseQueues(qdiscsJson: string): ObservedQueue[] {
  const qdiscs = parseArrays<TcQdisc>(qdiscsJson)[0] ?? [];
  return qdiscs.flatMap((qdisc) => {
    const { dev = '', parent = '', kind, handle, packets = 0, bytes = 0, drops = 0, backlog = 0, tins } = qdisc;
    const number = qosClassNumber(parent);
    if (number === null || !shaperNamePattern.test(dev)) return [];
    const inner = qdiscs.find((each) => each.dev === dev && each.parent === `${handle}1`);
    const delayUs = tins?.[0]?.avg_delay_us;
    const isSplitter = kind === 'tbf';
    return {
      shaper: dev,
      number,
      kind: isSplitter ? (inner?.kind === 'fq_codel' ? 'fq_codel' : 'fifo') : kind,
      packets,
      bytes,
      drops,
      backlogBytes: backlog,
      delayMs: delayUs === undefined ? null : delayUs / 1_000,
    };
  });
}

/** JSON lists one after the other, as `tc` and `ip` print one for each line of a batch; nothing at all for an empty one. */
function parseArrays<T>(text: string): T[][] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => JSON.parse(line) as T[]);
}

interface TcQdisc {
  readonly kind: string;
  readonly handle?: string;
  readonly dev?: string;
  readonly parent?: string;
  readonly root?: boolean;
  readonly packets?: number;
  readonly bytes?: number;
  readonly drops?: number;
  readonly backlog?: number;
  readonly tins?: readonly { readonly avg_delay_us?: number }[];
}

interface TcFilter {
  readonly pref?: number;
  readonly options?: { readonly actions?: readonly { readonly to_dev?: string }[] };
}

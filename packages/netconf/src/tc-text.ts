import { lineMinor, qosClassId, qosHandle, qosMinorId } from '@patronus/core';
import type { Shaper, ShaperSource } from './kernel-state.ts';

/** The queue within each class, best first; which of them there is depends on the kernel. */
export const queueKinds = ['cake', 'fq_codel', 'fifo'] as const;
export type QueueKind = (typeof queueKinds)[number];

/** HTB wants a rate above zero of every class. */
const leastRateBps = 8_000;
/** A class may send so much at once before its rate is looked at: timers of the kernel fire that late on a busy machine. */
const burstMs = 1;
/** A packet with its headers, so that a burst is never less than one. */
const packetBytes = 1_600;
/** What waits in a queue without AQM, at its ceiling: enough for a TCP flow over 100 ms, and no more. */
const queueMs = 100;
const leastQueueBytes = 30_000;
/** Of what comes in: little, as senders shall notice soon. */
const policedQueueMs = 50;
/** Cuts the large packets that Linux puts together: what is sent as a whole would hold up all others. Its rate is no limit. */
const splitter = 'tbf rate 100gbit burst 2000b';

/** For `ip -batch -`: the device of a shaper. Its alias says what it is for, and since when it counts. */
export const shaperLinkText = ({ name, hash, countingEpoch }: Shaper, exists: boolean): string =>
  [
    ...(exists ? [] : [`link add name ${name} type ifb`, `link set dev ${name} addrgenmode none`]),
    `link set dev ${name} up alias "${shaperAlias(hash, countingEpoch)}"`,
    '',
  ].join('\n');

const shaperAlias = (hash: string, epoch: string): string => `patronus ${hash} ${epoch}`;

/** The reverse of what {@link shaperLinkText} writes. */
export function parseShaperAlias(alias: string): { hash: string; epoch: string } | null {
  const match = /^patronus ([0-9a-f]+) (\S+)$/.exec(alias);
  return match === null ? null : { hash: match[1]!, epoch: match[2]! };
}

/** For `tc -batch -`: the queues of a shaper that has none. */
export function shaperQueuesText(shaper: Shaper, kind: QueueKind): string {
  if (shaper.direction === 'in') return `${policedText(shaper, kind)}\n`;
  const fallback = shaper.classes.find(({ isDefault }) => isDefault) ?? shaper.classes[0]!;
  return [
    `qdisc add dev ${shaper.name} root handle ${qosHandle} htb default ${minorOf(qosClassId(fallback.number))}`,
    ...classLines(shaper, 'add'),
    ...shaper.classes.flatMap(({ number, ceilingPercent }) =>
      queueLines(shaper, number, kind, (shaper.rateBps * ceilingPercent) / 100),
    ),
    '',
  ].join('\n');
}

/** For `tc -batch -`: another rate for a shaper; what waits stays. */
export const shaperRateText = (shaper: Shaper): string => [...classLines(shaper, 'change'), ''].join('\n');

/**
 * For `tc -batch -`: lets packets queue in a shaper. A classic BPF program tells them, as every kernel with classifiers has
 * that one: encrypted packets carry the mark of their uplink.
 */
export const redirectText = ({ name, direction }: Shaper, sources: readonly ShaperSource[]): string =>
  sources
    .flatMap(({ device, kind }) => {
      const hook = direction === 'out' ? 'egress' : 'ingress';
      const filter = (pref: number, protocol: string, program: string): string =>
        `filter replace dev ${device} ${hook} pref ${pref} handle 1 protocol ${protocol} bpf bytecode "${program}" action mirred egress redirect dev ${name}`;
      const program = direction === 'out' ? unencrypted : everything;
      return [
        `qdisc replace dev ${device} clsact`,
        ...(kind === 'tunnel'
          ? [filter(redirectPref.ip, 'all', everything)]
          : [filter(redirectPref.ip, 'ip', program), filter(redirectPref.ipv6, 'ipv6', program)]),
      ];
    })
    .map((line) => `${line}\n`)
    .join('');

/** Our places among the filters of a device. What an uplink sends beside IP, such as ARP, never queues. */
export const redirectPref = { ip: 20, ipv6: 21 } as const;

/** `ret -1`: matches. */
const everything = '1,6 0 0 4294967295';
/** `ld #mark; and #0x10000000; jeq #0, match; ret 0; match: ret -1`, see `uplinkMark`. */
const unencrypted = '5,32 0 0 4294963220,84 0 0 268435456,21 1 0 0,6 0 0 0,6 0 0 4294967295';

function classLines({ name, rateBps, overheadBytes, classes }: Shaper, verb: 'add' | 'change'): string[] {
  const line = qosMinorId(lineMinor);
  const least = Math.min(...classes.map(({ guaranteePercent }) => Math.max(1, guaranteePercent)));
  const text = (id: string, parent: string, rate: number, ceiling: number, more: string): string =>
    `class ${verb} dev ${name} parent ${parent} classid ${id} htb rate ${bit(rate)} ceil ${bit(ceiling)} ` +
    `burst ${burst(rate)} cburst ${burst(ceiling)} overhead ${overheadBytes}${more}`;
  return [
    text(line, qosHandle, rateBps, rateBps, ''),
    ...classes.map(({ number, guaranteePercent, ceilingPercent, priority }) => {
      const rate = Math.max(leastRateBps, (rateBps * guaranteePercent) / 100);
      const ceiling = Math.max(rate, (rateBps * ceilingPercent) / 100);
      // classes of one priority borrow in this proportion; a small one lets the next class come soon
      const quantum = Math.min(4, Math.max(1, Math.round(guaranteePercent / least))) * packetBytes;
      return text(qosClassId(number), line, rate, ceiling, ` prio ${priority} quantum ${quantum}`);
    }),
  ];
}

function queueLines({ name }: Shaper, number: number, kind: QueueKind, ceilingBps: number): string[] {
  const parent = qosClassId(number);
  if (kind === 'cake') return [`qdisc add dev ${name} parent ${parent} cake unlimited besteffort split-gso`];
  const handle = `${(splitterMajor + number).toString(16)}:`;
  const split = `qdisc add dev ${name} parent ${parent} handle ${handle} ${splitter} limit ${queueBytes(ceilingBps, queueMs)}b`;
  return kind === 'fifo' ? [split] : [split, `qdisc add dev ${name} parent ${handle}1 fq_codel`];
}

/** Handles of splitters lie beside that of the classes. */
const splitterMajor = 0x5060;

function policedText({ name, rateBps }: Shaper, kind: QueueKind): string {
  const root = `qdisc add dev ${name} root handle ${qosHandle}`;
  if (kind === 'cake') return `${root} cake bandwidth ${bit(rateBps)} besteffort ingress split-gso`;
  const text = `${root} tbf rate ${bit(rateBps)} burst ${burst(rateBps * 5)} limit ${queueBytes(rateBps, policedQueueMs)}b`;
  return kind === 'fifo' ? text : `${text}\nqdisc add dev ${name} parent ${qosMinorId(1)} fq_codel`;
}

const bit = (rateBps: number): string => `${Math.round(rateBps)}bit`;
const burst = (rateBps: number): string => `${Math.round((rateBps * burstMs) / 8_000 + packetBytes)}b`;
const queueBytes = (rateBps: number, ms: number): number =>
  Math.round(Math.max(leastQueueBytes, (rateBps * ms) / 8_000));
const minorOf = (classId: string): string => classId.slice(qosHandle.length);

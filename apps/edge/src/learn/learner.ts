import {
  destinationOf,
  directionKey,
  DnsStreams,
  emptyPacket,
  FlowStarts,
  LearnedNames,
  learnedSeconds,
  minLearnedSec,
  readDnsAnswer,
  readPacket,
  type DnsAnswer,
  type PacketView,
} from '@patronus/applications';
import {
  classMark,
  ctGenerationMask,
  ctInspectMark,
  ctWatchMark,
  DomainIndex,
  isIpv6,
  PatronusError,
  type Address,
  type Clock,
} from '@patronus/core';
import type { FlowTuple, TimedElement } from '@patronus/linux';
import { tupleOf } from './flow-tuple.ts';
import type { LearnCounts, LearnedNews, LearnPlan } from './learn-messages.ts';
import { PrefixTable } from './prefix-table.ts';

/** What learning does to the kernel. */
export interface LearnerPorts {
  /** Puts addresses into sets. May throw where a set is gone. */
  put(elements: readonly TimedElement[]): void;
  /** Clears bits of a flow's mark; 0, or the error number. */
  clear(flow: FlowTuple, bits: number): number;
  /** What the kernel refused, once for each kind. */
  trouble(error: unknown): void;
}

const dnsPort = 53;
const noEntry = 2;
/** What a flow's class is kept in: without it, the flow is classified again. */
const classBits = classMark(0xfff) | ctGenerationMask;
/** Flows that were judged before the kernel knew them: their next packet settles it. */
const maxUnsettled = 4_096;
/** Elements that are known to be in their sets; they are written again only when their time is half over. */
const maxWritten = 65_536;

/**
 * Learns names of servers from packets: from DNS answers the addresses of a name, from a client's greeting the name of the
 * server it calls. Fills the sets of policies with them, and has a flow between sites classified again when its greeting said
 * something new.
 */
export class Learner {
  readonly counts: LearnCounts = { dnsAnswers: 0, serverNames: 0, nameless: 0 };
  readonly #clock: Clock;
  readonly #ports: LearnerPorts;
  readonly #packet: PacketView = emptyPacket();
  readonly #starts: FlowStarts;
  readonly #streams: DnsStreams;
  readonly #learned: LearnedNames;
  readonly #unsettled = new Map<string, number>();
  #written = new Map<string, number>();
  #sets = new DomainIndex<string>();
  #sites = new PrefixTable([]);
  #news: LearnedNews[] = [];

  constructor(clock: Clock, ports: LearnerPorts) {
    this.#clock = clock;
    this.#ports = ports;
    this.#starts = new FlowStarts(clock);
    this.#streams = new DnsStreams(clock);
    this.#learned = new LearnedNames(clock);
  }

  /** Takes up the sets of a ruleset that is in force, and fills them with what it knows. */
  configure(plan: LearnPlan): void {
    this.#sets = new DomainIndex();
    for (const { name, patterns } of plan.sets) for (const pattern of patterns) this.#sets.add(pattern, name);
    this.#sites = new PrefixTable(plan.sitePrefixes);
    this.#written = new Map();
    const known = this.#learned.all().flatMap(({ address, name, ttlSec }) => this.#elements(address, [name], ttlSec));
    this.#put(known);
  }

  /** Looks at a packet that rules handed over, from its IP header on. Never throws, whatever it is. */
  take(bytes: Uint8Array, from: number, to: number): void {
    const packet = this.#packet;
    if (!readPacket(bytes, from, to, packet)) return;
    if (packet.sourcePort === dnsPort) this.#takeAnswer(bytes);
    else this.#takeGreeting(bytes);
  }

  /** What was learned since this was asked last. */
  news(): LearnedNews[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  #takeAnswer(bytes: Uint8Array): void {
    const packet = this.#packet;
    if (packet.protocol === 'tcp') {
      for (const answer of this.#streams.take(bytes, packet)) this.#learnAnswer(answer);
      return;
    }
    const answer = readDnsAnswer(bytes, packet.from, packet.to);
    if (answer !== null) this.#learnAnswer(answer);
  }

  #learnAnswer({ names, addresses }: DnsAnswer): void {
    this.counts.dnsAnswers++;
    this.#put(addresses.flatMap(({ address, ttlSec }) => this.#learn(address, names, ttlSec)));
  }

  #takeGreeting(bytes: Uint8Array): void {
    const packet = this.#packet;
    const key = directionKey(bytes, packet);
    const unsettled = this.#unsettled.get(key);
    if (unsettled !== undefined) return this.#settle(bytes, key, unsettled);
    const finding = this.#starts.take(bytes, packet);
    if (finding.kind === 'incomplete') return;
    if (finding.kind !== 'name') {
      if (finding.kind === 'nameless') this.counts.nameless++;
      return this.#settle(bytes, key, ctWatchMark);
    }
    this.counts.serverNames++;
    const destination = destinationOf(bytes, packet);
    const elements = this.#learn(destination, [finding.name], minLearnedSec);
    this.#put(elements);
    // A flow that left to the Internet has the address of its uplink and stays there.
    const again = elements.length > 0 && this.#sites.has(destination);
    const told = ctWatchMark | ctInspectMark;
    this.#settle(bytes, key, again ? told | classBits : told);
  }

  /** Ends the watch over a flow. The kernel knows a flow only when its first packet has passed. */
  #settle(bytes: Uint8Array, key: string, bits: number): void {
    const errno = this.#ports.clear(tupleOf(bytes, this.#packet), bits);
    if (errno !== noEntry) {
      this.#unsettled.delete(key);
      return;
    }
    // What the first packet of a flow says comes before the flow is classified.
    this.#unsettled.set(key, ctWatchMark);
    if (this.#unsettled.size > maxUnsettled) this.#unsettled.delete(this.#unsettled.keys().next().value!);
  }

  /** Answers the elements that sets do not have yet. */
  #learn(address: Address, names: readonly string[], ttlSec: number): TimedElement[] {
    this.#learned.learn(address, names, ttlSec);
    this.#news.push({ address, names, ttlSec });
    return this.#elements(address, names, learnedSeconds(ttlSec));
  }

  #elements(address: Address, names: readonly string[], ttlSec: number): TimedElement[] {
    const ours = isIpv6(address) ? '_v6' : '_v4';
    const sets = new Set(names.flatMap((name) => this.#sets.find(name)).filter((set) => set.endsWith(ours)));
    const now = this.#clock.now();
    return [...sets].flatMap((set) => {
      const key = `${set} ${address}`;
      if ((this.#written.get(key) ?? 0) > now + ttlSec * 500) return [];
      if (this.#written.size >= maxWritten) this.#written = new Map();
      this.#written.set(key, now + ttlSec * 1000);
      return [{ set, address, ttlSec }];
    });
  }

  #put(elements: readonly TimedElement[]): void {
    if (elements.length === 0) return;
    try {
      this.#ports.put(elements);
    } catch (error) {
      if (elements.length > 1) {
        for (const element of elements) this.#put([element]);
        return;
      }
      this.#written.delete(`${elements[0]!.set} ${elements[0]!.address}`);
      // A family that no site has needs no set, and a ruleset may just be replaced: the next one brings all that is known.
      if (!(error instanceof PatronusError) || error.facts['errno'] !== noEntry) this.#ports.trouble(error);
    }
  }
}

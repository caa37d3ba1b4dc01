import {
  clausesOf,
  intersectRanges,
  ipProtocols,
  isIpv6,
  minutesOfDay,
  prefixRange,
  subtractRanges,
  uniteRanges,
  weekdays,
  type IpProtocol,
  type MatchClause,
  type MatchConditions,
  type PolicyMatch,
  type PortRange,
  type Prefix,
  type Range,
  type Ranges,
  type ScheduleWindow,
} from '@patronus/core';
import { plainConditions, type PolicyWorld } from './conditions.ts';

/**
 * A part of the space of flows: everything that lies in the given ranges along each axis. The axes are source and destination
 * (IPv4 first, IPv6 behind it), protocol, source and destination port, DSCP, and the minute of the week by the clocks of the
 * source.
 */
export type Region = readonly Ranges[];

/** `most`: everything that may match, at any time and whatever is learned; `least`: what surely does. */
export type Certainty = 'most' | 'least';

const ipv6Offset = 1n << 32n;
const minutesPerDay = 1_440;
const minutesPerWeek = 7 * minutesPerDay;
/** A policy that asks for more pieces is not looked into: it would hold up everybody else. */
const maxPieces = 4_000;

const span = (count: bigint): Ranges => [{ first: 0n, last: count - 1n }];
const everyPort = span(65_536n);
/** The last protocol stands for all that policies cannot name. */
const everywhere: Region = [
  span(ipv6Offset + (1n << 128n)),
  span(ipv6Offset + (1n << 128n)),
  span(BigInt(ipProtocols.length + 1)),
  everyPort,
  everyPort,
  span(64n),
  span(BigInt(minutesPerWeek)),
];

/** What this code can say of a condition; another kind is one that may hold or not. */
const understood: ReadonlySet<string> = new Set<keyof MatchConditions>([
  'sourceSites',
  'destinationSites',
  'sourceSiteTags',
  'destinationSiteTags',
  'sourceHostSets',
  'destinationHostSets',
  'sourcePrefixes',
  'destinationPrefixes',
  'protocol',
  'sourcePorts',
  'destinationPorts',
  'dscp',
  'schedule',
]);

/** Works out the regions of matches in one world, and remembers those of lists of prefixes. */
export class RegionSpace {
  readonly #world: PolicyWorld;
  readonly #known = new WeakMap<readonly Prefix[], Ranges>();
  readonly #sites: Ranges;

  constructor(world: PolicyWorld) {
    this.#world = world;
    this.#sites = uniteRanges(world.sites.flatMap(({ prefixes }) => this.#rangesOf(prefixes)));
  }

  /** Flows that policies decide on: between sites, or with `internet` from sites to wherever. */
  universe(internet: boolean): Region {
    return [this.#sites, internet ? everywhere[1]! : this.#sites, ...everywhere.slice(2)];
  }

  /** Flows from sites to addresses of none. */
  internet(): Region {
    return [this.#sites, subtractRanges(everywhere[1]!, this.#sites), ...everywhere.slice(2)];
  }

  /** Flows from a site, and flows to it. */
  ofSite({ prefixes }: { readonly prefixes: readonly Prefix[] }): Region[] {
    const own = this.#rangesOf(prefixes);
    return own.length === 0 ? [] : [everywhere.with(0, own), everywhere.with(1, own)];
  }

  /** The parts of `within` in which a match holds, disjoint or not; null where there are too many to tell. */
  regionsOf({ anyOf = [], ...outer }: PolicyMatch, within: Region, certainty: Certainty): Region[] | null {
    const own = this.#clause(outer, [within], certainty);
    if (own === null || anyOf.length === 0) return own;
    const parts = anyOf.map((clause) => this.#clause(clause, own, certainty));
    return parts.includes(null) ? null : parts.flatMap((part) => part!);
  }

  #clause({ not, ...conditions }: MatchClause, within: readonly Region[], certainty: Certainty): Region[] | null {
    const own = this.#conditions(conditions, certainty);
    const left = own === null ? [] : within.flatMap((part) => overlap(part, own));
    const excluded = not === undefined ? null : this.#conditions(not, certainty === 'most' ? 'least' : 'most');
    return excluded === null ? left : subtractAll(left, [excluded]);
  }

  /** Null: nowhere. */
  #conditions(given: MatchConditions, certainty: Certainty): Region | null {
    const asked = Object.entries(given).filter(([, value]) => !Array.isArray(value) || value.length > 0);
    if (certainty === 'least' && asked.some(([key]) => !understood.has(key))) return null;
    const { schedule = [], ...timeless } = given;
    const plain = plainConditions(timeless, this.#world, 0);
    const sites = (ids: readonly string[] | undefined): Ranges[] =>
      ids === undefined
        ? []
        : [
            uniteRanges(
              this.#world.sites.filter(({ id }) => ids.includes(id)).flatMap((each) => this.#rangesOf(each.prefixes)),
            ),
          ];
    const lists = (all: readonly (readonly Prefix[])[]): Ranges[] => all.map((list) => this.#rangesOf(list));
    const clocked = schedule.length === 0 ? [] : [this.#sites];
    const ported = plain.sourcePorts !== undefined || plain.destinationPorts !== undefined;
    const region = [
      both(everywhere[0]!, [...sites(plain.sourceSites), ...lists(plain.sourceLists), ...clocked]),
      both(everywhere[1]!, [...sites(plain.destinationSites), ...lists(plain.destinationLists)]),
      protocolRanges(plain.protocol, ported),
      plain.sourcePorts === undefined ? everyPort : portRanges(plain.sourcePorts),
      plain.destinationPorts === undefined ? everyPort : portRanges(plain.destinationPorts),
      plain.dscp === undefined ? everywhere[5]! : uniteRanges(plain.dscp.map(point)),
      schedule.length === 0 ? everywhere[6]! : uniteRanges(schedule.flatMap(weekMinutes)),
    ];
    return region.some((ranges) => ranges.length === 0) ? null : region;
  }

  #rangesOf(prefixes: readonly Prefix[]): Ranges {
    const known = this.#known.get(prefixes);
    if (known !== undefined) return known;
    const made = uniteRanges(
      prefixes.map((prefix) => {
        const { first, last } = prefixRange(prefix);
        const offset = isIpv6(prefix) ? ipv6Offset : 0n;
        return { first: first + offset, last: last + offset };
      }),
    );
    this.#known.set(prefixes, made);
    return made;
  }
}

/** What two regions share; null for nothing. */
export function meet(a: Region, b: Region): Region | null {
  const shared: Ranges[] = [];
  for (const [axis, ranges] of a.entries()) {
    const common = ranges === b[axis] ? ranges : intersectRanges(ranges, b[axis]!);
    if (common.length === 0) return null;
    shared.push(common);
  }
  return shared;
}

const overlap = (a: Region, b: Region): Region[] => {
  const common = meet(a, b);
  return common === null ? [] : [common];
};

/** What is left of some regions without others; null where it falls into too many pieces to tell. */
export function subtractAll(from: readonly Region[], others: readonly Region[]): Region[] | null {
  let left = [...from];
  for (const other of others) {
    left = left.flatMap((part) => subtract(part, other));
    if (left.length > maxPieces) return null;
  }
  return left;
}

/** Cut along one axis after the other: what lies outside along it is left, what lies inside goes on to the next. */
function subtract(from: Region, other: Region): Region[] {
  if (meet(from, other) === null) return [from];
  const pieces: Region[] = [];
  const inside = [...from];
  for (const [axis, ranges] of from.entries()) {
    const outside = ranges === other[axis] ? [] : subtractRanges(ranges, other[axis]!);
    if (outside.length > 0) pieces.push(inside.with(axis, outside));
    inside[axis] = intersectRanges(ranges, other[axis]!);
  }
  return pieces;
}

const both = (all: Ranges, lists: readonly Ranges[]): Ranges =>
  lists.length === 0 ? all : lists.reduce((shared, list) => intersectRanges(shared, list));

const point = (value: number): Range => ({ first: BigInt(value), last: BigInt(value) });

const portedProtocols: readonly IpProtocol[] = ['tcp', 'udp', 'sctp'];

function protocolRanges(named: IpProtocol | undefined, ported: boolean): Ranges {
  const wanted = ipProtocols.filter(
    (protocol) => (named === undefined || protocol === named) && (!ported || portedProtocols.includes(protocol)),
  );
  const other = named === undefined && !ported ? [point(ipProtocols.length)] : [];
  return uniteRanges([...wanted.map((protocol) => point(ipProtocols.indexOf(protocol))), ...other]);
}

const portRanges = (ports: readonly PortRange[]): Ranges =>
  uniteRanges(ports.map(({ from, to }) => ({ first: BigInt(from), last: BigInt(to) })));

/** Minutes of the week from Monday that a window covers. */
function weekMinutes({ days = [], from = '00:00', to = '24:00' }: ScheduleWindow): Range[] {
  const [start, end] = [minutesOfDay(from)!, minutesOfDay(to)!];
  const length = end > start ? end - start : end - start + minutesPerDay;
  return (days.length === 0 ? weekdays : days).flatMap((day) => {
    const first = weekdays.indexOf(day) * minutesPerDay + start;
    const last = first + length - 1;
    if (last < minutesPerWeek) return [{ first: BigInt(first), last: BigInt(last) }];
    return [
      { first: BigInt(first), last: BigInt(minutesPerWeek - 1) },
      { first: 0n, last: BigInt(last - minutesPerWeek) },
    ];
  });
}

/** Whether a match says nothing, and so holds everywhere. */
export const isUnbounded = (match: PolicyMatch): boolean =>
  clausesOf(match).every((clause) =>
    Object.values(clause).every((value) => value === undefined || (Array.isArray(value) && value.length === 0)),
  );

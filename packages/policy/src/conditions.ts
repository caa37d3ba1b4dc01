import {
  clausesOf,
  isScheduled,
  type Application,
  type DomainPattern,
  type HostSet,
  type HostSetId,
  type IpProtocol,
  type MatchClause,
  type MatchConditions,
  type PolicyMatch,
  type PortRange,
  type Prefix,
  type SiteId,
} from '@patronus/core';
import { applicationAlternatives, applicationsNamedBy, bothConditions } from './application-conditions.ts';

/** What policies say of a site beside its id. */
export interface SiteFacts {
  readonly id: SiteId;
  readonly name: string;
  readonly prefixes: readonly Prefix[];
  /** Absent for none. */
  readonly tags?: readonly string[];
  /** IANA name; absent: UTC. */
  readonly timeZone?: string;
}

/** Everything outside a policy that decides what it matches. */
export interface PolicyWorld {
  readonly sites: readonly SiteFacts[];
  readonly hostSets: readonly HostSet[];
  /** At least those that policies name, or whose category they name; absent for none. */
  readonly applications?: readonly Application[];
}

/**
 * Conditions in terms of sites, prefixes and headers alone, at one moment: tags, host sets and schedules are resolved. An
 * absent field holds for everything, an empty list for nothing.
 */
export interface PlainConditions {
  readonly sourceSites?: readonly SiteId[];
  readonly destinationSites?: readonly SiteId[];
  /** The address lies in a prefix of each of these lists. */
  readonly sourceLists: readonly (readonly Prefix[])[];
  readonly destinationLists: readonly (readonly Prefix[])[];
  readonly protocol?: IpProtocol;
  readonly sourcePorts?: readonly PortRange[];
  readonly destinationPorts?: readonly PortRange[];
  readonly dscp?: readonly number[];
  /** The server is known by a name that each of these lists means; absent for no such condition. */
  readonly serverNames?: readonly (readonly DomainPattern[])[];
}

/** What matches when all of `every` holds and none of `none`. */
export interface PlainTerm {
  readonly every: readonly PlainConditions[];
  readonly none: readonly PlainConditions[];
}

/** The terms of a match at a time, unix ms: it matches when any of them does. */
export function plainTerms(match: PolicyMatch, world: PolicyWorld, wallMs: number): PlainTerm[] {
  const [outer, ...alternatives] = clausesOf(match).map((clause) => plainClause(clause, world, wallMs));
  if (alternatives.length === 0) return outer!;
  return alternatives
    .flat()
    .flatMap(({ every, none }) =>
      outer!.map((own) => ({ every: [...own.every, ...every], none: [...own.none, ...none] })),
    );
}

/** One term for each way in which a flow may show the applications that the clause names. */
function plainClause({ not, ...conditions }: MatchClause, world: PolicyWorld, wallMs: number): PlainTerm[] {
  const none = not === undefined ? [] : plainWays(not, world, wallMs);
  return plainWays(conditions, world, wallMs).map((way) => ({ every: [way], none }));
}

function plainWays(given: MatchConditions, world: PolicyWorld, wallMs: number): PlainConditions[] {
  const plain = plainConditions(given, world, wallMs);
  const named = applicationsNamedBy(given, world.applications ?? []);
  if (named === null) return [plain];
  return applicationAlternatives(named).flatMap((way) => bothConditions(plain, way) ?? []);
}

/** One set of conditions at a time, unix ms, without what it says of applications. */
export function plainConditions(given: MatchConditions, world: PolicyWorld, wallMs: number): PlainConditions {
  const { sourceSites, destinationSites, sourceSiteTags, destinationSiteTags, schedule } = given;
  const sources = sharedSites([
    some(sourceSites),
    some(sourceSiteTags) && taggedSites(sourceSiteTags!, world),
    some(schedule) &&
      world.sites.filter((site) => isScheduled(schedule!, site.timeZone ?? 'UTC', wallMs)).map(({ id }) => id),
  ]);
  const destinations = sharedSites([
    some(destinationSites),
    some(destinationSiteTags) && taggedSites(destinationSiteTags!, world),
  ]);
  return {
    ...(sources && { sourceSites: sources }),
    ...(destinations && { destinationSites: destinations }),
    sourceLists: [some(given.sourcePrefixes), hostPrefixes(given.sourceHostSets, world)].flatMap((list) =>
      list === undefined ? [] : [list],
    ),
    destinationLists: [some(given.destinationPrefixes), hostPrefixes(given.destinationHostSets, world)].flatMap(
      (list) => (list === undefined ? [] : [list]),
    ),
    ...(given.protocol && { protocol: given.protocol }),
    ...(some(given.sourcePorts) && { sourcePorts: given.sourcePorts! }),
    ...(some(given.destinationPorts) && { destinationPorts: given.destinationPorts! }),
    ...(some(given.dscp) && { dscp: given.dscp! }),
    ...(some(given.domains) && { serverNames: [given.domains!] }),
  };
}

/** An empty list is no condition. */
const some = <T>(list: readonly T[] | undefined): readonly T[] | undefined =>
  list === undefined || list.length === 0 ? undefined : list;

const taggedSites = (tags: readonly string[], { sites }: PolicyWorld): SiteId[] =>
  sites.filter((site) => site.tags?.some((tag) => tags.includes(tag)) === true).map(({ id }) => id);

/** Sites that are in every list given; undefined where there is none. */
function sharedSites(lists: readonly (readonly SiteId[] | undefined)[]): readonly SiteId[] | undefined {
  const given = lists.flatMap((list) => (list === undefined ? [] : [list]));
  const [first, ...others] = given;
  return first?.filter((site) => others.every((list) => list.includes(site)));
}

function hostPrefixes(sets: readonly HostSetId[] | undefined, world: PolicyWorld): readonly Prefix[] | undefined {
  if (some(sets) === undefined) return undefined;
  const named = world.hostSets.filter(({ id }) => sets!.includes(id));
  // one list for one set, so that what is made of it can be remembered by it
  return named.length === 1 ? named[0]!.prefixes : named.flatMap(({ prefixes }) => prefixes);
}

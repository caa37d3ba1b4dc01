import {
  domainMatches,
  isScheduled,
  prefixContains,
  type Address,
  type ApplicationPort,
  type ApplicationSignature,
  type DomainPattern,
  type IpProtocol,
  type MatchClause,
  type MatchConditions,
  type PolicyMatch,
  type PortRange,
  type Prefix,
} from '@patronus/core';
import { applicationsNamedBy } from './application-conditions.ts';
import type { PolicyWorld, SiteFacts } from './conditions.ts';

/** What is known of a flow by its first packet. */
export interface Flow {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: IpProtocol;
  /** Null: not told, or the protocol has none. Conditions on ports do not hold then. */
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  /** 0–63. */
  readonly dscp: number;
  /** Names by which its server is known; absent: none. */
  readonly serverNames?: readonly string[];
}

/** A flow at a moment, with the sites that its ends lie in. */
export interface PlacedFlow extends Flow {
  readonly sourceSite: SiteFacts | null;
  readonly destinationSite: SiteFacts | null;
  /** Unix ms. */
  readonly wallMs: number;
}

/** Whether something holds, and in words why not. */
export type Verdict = { readonly holds: true } | { readonly holds: false; readonly why: string };

const yes: Verdict = { holds: true };
const no = (why: string): Verdict => ({ holds: false, why });

export const placeFlow = (flow: Flow, world: PolicyWorld, wallMs: number): PlacedFlow => ({
  ...flow,
  sourceSite: siteOf(flow.source, world),
  destinationSite: siteOf(flow.destination, world),
  wallMs,
});

/** The site whose LAN has the address: that of the longest prefix. */
const siteOf = (address: Address, { sites }: PolicyWorld): SiteFacts | null =>
  sites.find(({ prefixes }) => isIn(address, prefixes)) ?? null;

const isIn = (address: Address, prefixes: readonly Prefix[]): boolean =>
  prefixes.some((prefix) => prefixContains(prefix, address));

/** Whether a flow's first packet meets a match. */
export function matchFlow({ anyOf = [], ...outer }: PolicyMatch, flow: PlacedFlow, world: PolicyWorld): Verdict {
  const own = matchClause(outer, flow, world);
  if (!own.holds || anyOf.length === 0) return own;
  const verdicts = anyOf.map((clause) => matchClause(clause, flow, world));
  if (verdicts.some(({ holds }) => holds)) return yes;
  return no(`none of any_of: ${verdicts.map((verdict) => (verdict.holds ? '' : verdict.why)).join('; ')}`);
}

function matchClause({ not, ...conditions }: MatchClause, flow: PlacedFlow, world: PolicyWorld): Verdict {
  const own = matchConditions(conditions, flow, world);
  if (!own.holds || not === undefined) return own;
  return matchConditions(not, flow, world).holds ? no('it is what `not` leaves out') : yes;
}

function matchConditions(conditions: MatchConditions, flow: PlacedFlow, world: PolicyWorld): Verdict {
  for (const verdict of verdictsOn(conditions, flow, world)) if (!verdict.holds) return verdict;
  return yes;
}

/** A verdict on each condition that is present. */
function* verdictsOn(given: MatchConditions, flow: PlacedFlow, world: PolicyWorld): Generator<Verdict> {
  const { source, destination, sourceSite, destinationSite } = flow;
  yield site(given.sourceSites, `source ${source}`, sourceSite, ({ id }, ids) => ids.includes(id));
  yield site(given.destinationSites, `destination ${destination}`, destinationSite, ({ id }, ids) => ids.includes(id));
  const carries = ({ tags = [] }: SiteFacts, named: readonly string[]): boolean =>
    tags.some((tag) => named.includes(tag));
  yield site(given.sourceSiteTags, `source ${source}`, sourceSite, carries);
  yield site(given.destinationSiteTags, `destination ${destination}`, destinationSite, carries);
  yield hosts(given.sourceHostSets, `source ${source}`, source, world);
  yield hosts(given.destinationHostSets, `destination ${destination}`, destination, world);
  yield listed(given.sourcePrefixes, (all) => isIn(source, all), `source ${source} is in none of the prefixes`);
  yield listed(
    given.destinationPrefixes,
    (all) => isIn(destination, all),
    `destination ${destination} is in none of the prefixes`,
  );
  if (given.protocol !== undefined && given.protocol !== flow.protocol) {
    yield no(`protocol is ${flow.protocol}, not ${given.protocol}`);
  }
  yield ports(given.sourcePorts, 'source port', flow.sourcePort);
  yield ports(given.destinationPorts, 'destination port', flow.destinationPort);
  yield listed(given.dscp, (all) => all.includes(flow.dscp), `DSCP is ${flow.dscp}`);
  yield applications(given, flow, world);
  yield listed(given.domains, (all) => isNamed(all, flow), serverText(flow));
  yield schedule(given.schedule, flow);
}

function applications(given: MatchConditions, flow: PlacedFlow, world: PolicyWorld): Verdict {
  const named = applicationsNamedBy(given, world.applications ?? []);
  if (named === null || named.some(({ signatures }) => signatures.some((each) => shows(flow, each)))) return yes;
  return no(`it shows none of the applications; ${serverText(flow)}`);
}

/** Whether a flow shows a signature: its server is one of these, and its port too. */
function shows(flow: PlacedFlow, { domains = [], prefixes = [], ports: own = [] }: ApplicationSignature): boolean {
  const isServer = domains.length + prefixes.length === 0 || isNamed(domains, flow) || isIn(flow.destination, prefixes);
  const { protocol, destinationPort: port } = flow;
  const isPort = (range: ApplicationPort): boolean =>
    range.protocol === protocol && port !== null && range.from <= port && port <= range.to;
  return isServer && (own.length === 0 || own.some(isPort));
}

const isNamed = (patterns: readonly DomainPattern[], { serverNames = [] }: PlacedFlow): boolean =>
  serverNames.some((name) => patterns.some((pattern) => domainMatches(pattern, name)));

const serverText = ({ destination, serverNames = [] }: PlacedFlow): string =>
  serverNames.length === 0 ? `no name of ${destination} is told` : `${destination} is ${serverNames.join(', ')}`;

/** An empty list is no condition. */
const listed = <T>(list: readonly T[] | undefined, holds: (list: readonly T[]) => boolean, why: string): Verdict =>
  list === undefined || list.length === 0 || holds(list) ? yes : no(why);

const site = <T>(
  named: readonly T[] | undefined,
  end: string,
  facts: SiteFacts | null,
  isMeant: (facts: SiteFacts, named: readonly T[]) => boolean,
): Verdict =>
  listed(
    named,
    (list) => facts !== null && isMeant(facts, list),
    facts === null ? `${end} is in no site` : `${end} is in site ${facts.name}`,
  );

const hosts = (
  named: MatchConditions['sourceHostSets'],
  end: string,
  address: Address,
  { hostSets }: PolicyWorld,
): Verdict =>
  listed(
    named,
    (ids) => hostSets.some((set) => ids.includes(set.id) && isIn(address, set.prefixes)),
    `${end} is in none of the host sets`,
  );

const ports = (ranges: readonly PortRange[] | undefined, what: string, port: number | null): Verdict =>
  listed(
    ranges,
    (all) => port !== null && all.some(({ from, to }) => from <= port && port <= to),
    port === null ? `no ${what} is told` : `${what} is ${port}`,
  );

function schedule(windows: MatchConditions['schedule'], { sourceSite, wallMs }: PlacedFlow): Verdict {
  const zone = sourceSite?.timeZone ?? 'UTC';
  return listed(
    windows,
    (all) => sourceSite !== null && isScheduled(all, zone, wallMs),
    sourceSite === null ? 'the source is in no site, so no schedule holds' : `it is not its time (${zone})`,
  );
}

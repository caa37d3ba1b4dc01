import type {
  Application,
  ApplicationPort,
  ApplicationSignature,
  DomainPattern,
  MatchConditions,
  PortRange,
  Prefix,
} from '@patronus/core';
import type { PlainConditions } from './conditions.ts';

type Alternative = Pick<PlainConditions, 'destinationLists' | 'protocol' | 'destinationPorts' | 'serverNames'>;

/** Applications that conditions name: of every kind of name that is given, by any of its values. Null: they name none. */
export function applicationsNamedBy(
  { applications = [], applicationCategories = [] }: MatchConditions,
  known: readonly Application[],
): Application[] | null {
  if (applications.length + applicationCategories.length === 0) return null;
  return known.filter(
    ({ name, category }) =>
      (applications.length === 0 || applications.includes(name)) &&
      (applicationCategories.length === 0 || applicationCategories.includes(category)),
  );
}

/**
 * The ways in which a flow may show one of these applications: what they have alike is put together, so that a category of
 * thirty takes a few rules.
 */
export function applicationAlternatives(applications: readonly Application[]): Alternative[] {
  const signatures = applications.flatMap((application) => application.signatures);
  const [withPorts, without] = split(signatures, ({ ports }) => some(ports) !== undefined);
  const [portsOnly, both] = split(withPorts, ({ domains, prefixes }) => !some(domains) && !some(prefixes));
  return [
    ...servers(
      without.flatMap(({ domains = [] }) => domains),
      without.flatMap(({ prefixes = [] }) => prefixes),
    ),
    ...portAlternatives(portsOnly.flatMap(({ ports = [] }) => ports)),
    ...both.flatMap(({ domains = [], prefixes = [], ports = [] }) =>
      servers(domains, prefixes).flatMap((server) =>
        portAlternatives(ports).map((port) => ({ ...server, ...port, destinationLists: server.destinationLists })),
      ),
    ),
  ];
}

function servers(domains: readonly DomainPattern[], prefixes: readonly Prefix[]): Alternative[] {
  return [
    ...(domains.length === 0 ? [] : [{ destinationLists: [], serverNames: [domains] }]),
    ...(prefixes.length === 0 ? [] : [{ destinationLists: [prefixes] }]),
  ];
}

/** One for each protocol. */
const portAlternatives = (ports: readonly ApplicationPort[]): Alternative[] =>
  [...Map.groupBy(ports, ({ protocol }) => protocol)].map(([protocol, own]) => ({
    destinationLists: [],
    protocol,
    destinationPorts: united(own),
  }));

/** What matches both; null where nothing can. */
export function bothConditions(a: PlainConditions, b: Alternative): PlainConditions | null {
  if (a.protocol !== undefined && b.protocol !== undefined && a.protocol !== b.protocol) return null;
  const ports = sharedPorts(a.destinationPorts, b.destinationPorts);
  if (ports?.length === 0) return null;
  const serverNames = [...(a.serverNames ?? []), ...(b.serverNames ?? [])];
  return {
    ...a,
    destinationLists: [...a.destinationLists, ...b.destinationLists],
    ...(b.protocol === undefined ? {} : { protocol: b.protocol }),
    ...(ports === undefined ? {} : { destinationPorts: ports }),
    ...(serverNames.length === 0 ? {} : { serverNames }),
  };
}

function sharedPorts(
  a: readonly PortRange[] | undefined,
  b: readonly PortRange[] | undefined,
): readonly PortRange[] | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const shared = a.flatMap((one) =>
    b.map((two) => ({ from: Math.max(one.from, two.from), to: Math.min(one.to, two.to) })),
  );
  return united(shared.filter(({ from, to }) => from <= to));
}

/** Ranges that overlap or touch as one, in order. */
function united(ranges: readonly PortRange[]): PortRange[] {
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    const before = result.at(-1);
    if (before === undefined || from > before.to + 1) result.push({ from, to });
    else before.to = Math.max(before.to, to);
  }
  return result;
}

const some = <T>(list: readonly T[] | undefined): readonly T[] | undefined => (list?.length === 0 ? undefined : list);

const split = (
  all: readonly ApplicationSignature[],
  test: (each: ApplicationSignature) => boolean,
): [ApplicationSignature[], ApplicationSignature[]] => [all.filter(test), all.filter((each) => !test(each))];

import { fileURLToPath } from 'node:url';
import { Compile } from 'typebox/compile';
import { parsePrefix, prefixesOverlap, prefixLength, isIpv6, type FieldProblem, type Prefix } from '@patronus/core';
import { fileProblems, readYaml } from '../check-yaml.ts';
import { topologySchema, type Topology } from './topology.ts';

const validator = Compile(topologySchema);

/** Three sites with two or three lines each. */
export const defaultTopologyFile = fileURLToPath(new URL('../../topologies/default.yaml', import.meta.url));
/** The topology of the suite of scenarios of the same name. */
export const resilienceTopologyFile = fileURLToPath(new URL('../../topologies/resilience.yaml', import.meta.url));

/**
 * Reads and checks a topology.
 * @throws InvalidInputError with every problem, its field and its remedy.
 */
export async function loadTopology(file: string): Promise<Topology> {
  const topology = (await readYaml(file, validator)) as Topology;
  const problems = topologyProblems(topology);
  if (problems.length > 0) throw fileProblems(file, problems);
  return topology;
}

/** What a schema cannot say: names used twice, prefixes that overlap, labels that no line has. */
export function topologyProblems(topology: Topology): FieldProblem[] {
  return [
    ...repeated(topology.sites, (site) => site.name).map((index) => ({
      field: `sites[${index}].name`,
      problem: `"${topology.sites[index]!.name}" is the name of an earlier site`,
      remedy: 'give each site its own name',
    })),
    ...topology.sites.flatMap(endpointProblems),
    ...lanProblems(topology),
    ...linkProblems(topology),
    ...repeated(topology.policies ?? [], (policy) => policy.name).map((index) => ({
      field: `policies[${index}].name`,
      problem: `"${topology.policies![index]!.name}" is the name of an earlier policy`,
      remedy: 'give each policy its own name',
    })),
  ];
}

function endpointProblems(site: Topology['sites'][number], siteIndex: number): FieldProblem[] {
  return repeated(site.endpoints, (endpoint) => endpoint.label).map((index) => ({
    field: `sites[${siteIndex}].endpoints[${index}].label`,
    problem: `site "${site.name}" has a line "${site.endpoints[index]!.label}" already`,
    remedy: 'give each line of a site its own label',
  }));
}

function lanProblems(topology: Topology): FieldProblem[] {
  const known: { prefix: Prefix; site: string }[] = [];
  return topology.sites.flatMap((site, index) => {
    const field = `sites[${index}].lan`;
    const parsed = parsePrefix(site.lan);
    if (!parsed.ok) return [{ field, problem: parsed.error }];
    const lan = parsed.value;
    if (isIpv6(lan) || prefixLength(lan) < 8 || prefixLength(lan) > 26) {
      return [{ field, problem: `${lan} cannot hold a LAN`, remedy: 'use an IPv4 prefix from /8 to /26' }];
    }
    const other = [...known, { prefix: '198.18.0.0/15' as Prefix, site: 'the emulated providers' }].find((entry) =>
      prefixesOverlap(entry.prefix, lan),
    );
    known.push({ prefix: lan, site: `site "${site.name}"` });
    if (other === undefined) return [];
    return [{ field, problem: `${lan} overlaps ${other.prefix} of ${other.site}`, remedy: 'choose another prefix' }];
  });
}

function linkProblems(topology: Topology): FieldProblem[] {
  const labels = new Set(topology.sites.flatMap((site) => site.endpoints.map((endpoint) => endpoint.label)));
  return (topology.links ?? []).flatMap((link, index) =>
    link
      .filter((label) => !labels.has(label))
      .map((label) => ({
        field: `links[${index}]`,
        problem: `no site has a line "${label}"`,
        remedy: `use one of ${[...labels].join(', ')}`,
      })),
  );
}

/** The positions of items whose key an earlier item has. */
const repeated = <T>(items: readonly T[], key: (item: T) => string): number[] =>
  items.flatMap((item, index) => (items.findIndex((other) => key(other) === key(item)) < index ? [index] : []));

import { parsePrefix, toCamelCase, type MatchClause, type PolicyAction, type PolicyMatch } from '@patronus/core';
import { policyProblems } from '@patronus/policy';
import type { Db } from '../database/schema.ts';
import { endpointRepository } from '../repositories/endpoint-repository.ts';
import { qosRepository } from '../repositories/qos-repository.ts';
import { siteRepository } from '../repositories/site-repository.ts';
import type { ActionInput, MatchInput } from './policy-input.ts';
import { labelsNamedBy } from './policy-references.ts';
import type { Problems } from './problems.ts';

/** Most clauses in `any_of`; each becomes a rule in every edge's kernel. */
const maxClauses = 64;

/**
 * A policy's match and action with site names made ids and prefixes canonical. What is malformed, contradicts itself or
 * names what does not exist becomes a problem. Sites that the policy named before may be named again while they are deleted.
 */
export async function resolvePolicy(
  db: Db,
  input: { readonly match: MatchInput; readonly action: ActionInput },
  problems: Problems,
  namedBefore: ReadonlySet<string>,
): Promise<{ match: PolicyMatch; action: PolicyAction }> {
  const sites = new Map([...namedBefore].map((id) => [id, id]));
  for (const row of await siteRepository.list(db)) {
    sites.set(row.site_id, row.site_id).set(row.name.toLowerCase(), row.site_id);
  }
  const text = toCamelCase(input.match) as PolicyMatch;
  const { anyOf, ...outer } = text;
  const match: PolicyMatch = {
    ...resolveClause(outer, 'match_conditions', sites, problems),
    ...(anyOf === undefined || anyOf.length === 0
      ? {}
      : { anyOf: anyOf.map((each, i) => resolveClause(each, `match_conditions.any_of[${i}]`, sites, problems)) }),
  };
  if ((anyOf?.length ?? 0) > maxClauses) {
    problems.add('match_conditions.any_of', `has ${anyOf!.length} entries`, `use up to ${maxClauses}`);
  }
  const action = toCamelCase(input.action) as PolicyAction;
  problems.addAll(policyProblems({ match: text, action }));
  await checkLabels(db, action, problems);
  await checkQosClassExists(db, action, problems);
  return { match, action };
}

function resolveClause(
  clause: MatchClause,
  at: string,
  sites: ReadonlyMap<string, string>,
  problems: Problems,
): MatchClause {
  const resolve = (names: readonly string[] | undefined, field: string) =>
    names?.map((name, index) => {
      const id = sites.get(name) ?? sites.get(name.toLowerCase());
      if (id === undefined) problems.add(`${at}.${field}[${index}]`, `there is no site "${name}"`, 'create it first');
      return id ?? name;
    });
  const parse = (prefixes: readonly string[] | undefined, field: string) =>
    prefixes?.map((prefix, index) => {
      const parsed = parsePrefix(prefix.trim());
      if (!parsed.ok) problems.add(`${at}.${field}[${index}]`, parsed.error);
      return parsed.ok ? parsed.value : prefix;
    });
  return withoutUndefined({
    ...clause,
    sourceSites: resolve(clause.sourceSites, 'source_sites'),
    destinationSites: resolve(clause.destinationSites, 'destination_sites'),
    sourcePrefixes: parse(clause.sourcePrefixes, 'source_prefixes'),
    destinationPrefixes: parse(clause.destinationPrefixes, 'destination_prefixes'),
  });
}

const withoutUndefined = (clause: object): MatchClause =>
  Object.fromEntries(Object.entries(clause).filter(([, value]) => value !== undefined));

async function checkQosClassExists(db: Db, { qosClass }: PolicyAction, problems: Problems): Promise<void> {
  if (qosClass === undefined) return;
  const known = (await qosRepository.list(db)).map(({ name }) => name);
  if (known.includes(qosClass)) return;
  problems.add('action.qos_class', `there is no class "${qosClass}"`, `there are: ${known.join(', ')}`);
}

async function checkLabels(db: Db, action: PolicyAction, problems: Problems): Promise<void> {
  const known = await endpointRepository.listLabels(db);
  for (const { field, label } of labelsNamedBy(action)) {
    if (known.includes(label)) continue;
    const remedy = known.length === 0 ? 'create endpoints first' : `there are: ${known.join(', ')}`;
    problems.add(field, `no endpoint has the label "${label}"`, remedy);
  }
}

import {
  closestWord,
  parseDomainPattern,
  parsePrefix,
  toCamelCase,
  type MatchClause,
  type MatchConditions,
  type PolicyAction,
  type PolicyMatch,
  type SiteId,
} from '@patronus/core';
import { policyProblems } from '@patronus/policy';
import type { Db } from '../database/schema.ts';
import { endpointRepository } from '../repositories/endpoint-repository.ts';
import { hostSetRepository } from '../repositories/host-set-repository.ts';
import { qosRepository } from '../repositories/qos-repository.ts';
import { siteRepository } from '../repositories/site-repository.ts';
import { checkCategory } from './application-input.ts';
import { knownApplications } from './application-service.ts';
import type { ActionInput, MatchInput } from './policy-input.ts';
import { labelsNamedBy } from './policy-references.ts';
import type { Problems } from './problems.ts';
import { checkTags, tidyTags } from './site-input.ts';

/** Most clauses in `any_of`; each becomes a rule in every edge's kernel. */
const maxClauses = 64;

/** Ids by what users may call a thing: its id, or its name in small letters. */
type Names = ReadonlyMap<string, string>;

/** What names in a policy may stand for. */
interface Known {
  readonly sites: Names;
  readonly hostSets: Names;
  readonly applications: readonly string[];
}

/**
 * A policy's match and action with names of sites and host sets made ids and prefixes canonical. What is malformed,
 * contradicts itself or names what does not exist becomes a problem. Sites that the policy named before may be named again
 * while they are deleted.
 */
export async function resolvePolicy(
  db: Db,
  input: { readonly match: MatchInput; readonly action: ActionInput },
  problems: Problems,
  namedBefore: ReadonlySet<string>,
): Promise<{ match: PolicyMatch; action: PolicyAction }> {
  const known = await readKnown(db, namedBefore);
  const text = toCamelCase(input.match) as PolicyMatch;
  const { anyOf, ...outer } = text;
  const match: PolicyMatch = {
    ...resolveClause(outer, 'match_conditions', known, problems),
    ...(anyOf === undefined || anyOf.length === 0
      ? {}
      : { anyOf: anyOf.map((each, i) => resolveClause(each, `match_conditions.any_of[${i}]`, known, problems)) }),
  };
  if ((anyOf?.length ?? 0) > maxClauses) {
    problems.add('match_conditions.any_of', `has ${anyOf!.length} entries`, `use up to ${maxClauses}`);
  }
  const action = resolveAction(toCamelCase(input.action) as PolicyAction, known, problems);
  problems.addAll(policyProblems({ match: text, action }));
  await checkLabels(db, action, problems);
  await checkQosClassExists(db, action, problems);
  return { match, action };
}

async function readKnown(db: Db, namedBefore: ReadonlySet<string>): Promise<Known> {
  const sites = new Map([...namedBefore].map((id) => [id, id]));
  for (const row of await siteRepository.list(db)) {
    sites.set(row.site_id, row.site_id).set(row.name.toLowerCase(), row.site_id);
  }
  const hostSets = new Map<string, string>();
  for (const row of await hostSetRepository.list(db)) {
    hostSets.set(row.host_set_id, row.host_set_id).set(row.name.toLowerCase(), row.host_set_id);
  }
  const applications = (await knownApplications(db)).map(({ name }) => name);
  return { sites, hostSets, applications };
}

function resolveClause(clause: MatchClause, at: string, known: Known, problems: Problems): MatchClause {
  const { not, ...conditions } = clause;
  const own = resolveConditions(conditions, at, known, problems);
  return not === undefined ? own : { ...own, not: resolveConditions(not, `${at}.not`, known, problems) };
}

function resolveConditions(given: MatchConditions, at: string, known: Known, problems: Problems): MatchConditions {
  const resolve = (names: readonly string[] | undefined, field: string, ids: Names, what: string) =>
    names?.map((name, index) => idOf(name, ids, what, { field: `${at}.${field}[${index}]`, problems }));
  const parse = (prefixes: readonly string[] | undefined, field: string) =>
    prefixes?.map((prefix, index) => {
      const parsed = parsePrefix(prefix.trim());
      if (!parsed.ok) problems.add(`${at}.${field}[${index}]`, parsed.error);
      return parsed.ok ? parsed.value : prefix;
    });
  const tidy = (tags: readonly string[] | undefined, field: string) => {
    if (tags !== undefined) checkTags(tags, `${at}.${field}`, problems);
    return tags === undefined ? undefined : tidyTags(tags);
  };
  const { sites, hostSets } = known;
  return withoutUndefined({
    ...given,
    sourceSites: resolve(given.sourceSites, 'source_sites', sites, 'site'),
    destinationSites: resolve(given.destinationSites, 'destination_sites', sites, 'site'),
    sourceSiteTags: tidy(given.sourceSiteTags, 'source_site_tags'),
    destinationSiteTags: tidy(given.destinationSiteTags, 'destination_site_tags'),
    sourceHostSets: resolve(given.sourceHostSets, 'source_host_sets', hostSets, 'host set'),
    destinationHostSets: resolve(given.destinationHostSets, 'destination_host_sets', hostSets, 'host set'),
    sourcePrefixes: parse(given.sourcePrefixes, 'source_prefixes'),
    destinationPrefixes: parse(given.destinationPrefixes, 'destination_prefixes'),
    ...resolveApplications(given, at, known, problems),
  });
}

function resolveApplications(
  given: MatchConditions,
  at: string,
  known: Known,
  problems: Problems,
): Pick<MatchConditions, 'applications' | 'applicationCategories' | 'domains'> {
  const applications = given.applications?.map((text, index) => {
    const name = text.trim().toLowerCase();
    if (known.applications.includes(name)) return name;
    const meant = closestWord(name, known.applications);
    const remedy = meant === null ? 'see `patronus applications`, or create it first' : `did you mean ${meant}?`;
    problems.add(`${at}.applications[${index}]`, `there is no application "${text}"`, remedy);
    return name;
  });
  given.applicationCategories?.forEach((category, index) =>
    checkCategory(category, `${at}.application_categories[${index}]`, problems),
  );
  const domains = given.domains?.map((text, index) => {
    const parsed = parseDomainPattern(text);
    if (!parsed.ok) problems.add(`${at}.domains[${index}]`, parsed.error);
    return parsed.ok ? parsed.value : text;
  });
  return { ...(applications && { applications }), ...(domains && { domains }) };
}

function idOf(
  name: string,
  ids: Names,
  what: string,
  { field, problems }: { field: string; problems: Problems },
): string {
  const id = ids.get(name) ?? ids.get(name.trim().toLowerCase());
  if (id === undefined) problems.add(field, `there is no ${what} "${name}"`, 'create it first');
  return id ?? name;
}

function resolveAction(action: PolicyAction, { sites }: Known, problems: Problems): PolicyAction {
  const { breakout, ...others } = action;
  if (breakout?.fallbackSite === undefined) return action;
  const at = { field: 'action.breakout.fallback_site', problems };
  return {
    ...others,
    breakout: { ...breakout, fallbackSite: idOf(breakout.fallbackSite, sites, 'site', at) as SiteId },
  };
}

const withoutUndefined = (conditions: object): MatchConditions =>
  Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined));

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

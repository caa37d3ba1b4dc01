import type { MatchClause, PolicyAction, PolicyMatch, SiteId } from '@patronus/core';

/** Ids of the sites that a policy names anywhere. */
export function sitesNamedBy(match: PolicyMatch): Set<string> {
  const clauses: MatchClause[] = [match, ...(match.anyOf ?? [])];
  return new Set(clauses.flatMap((clause) => [...(clause.sourceSites ?? []), ...(clause.destinationSites ?? [])]));
}

/** A match that no longer names some sites. */
export interface NarrowedMatch {
  readonly match: PolicyMatch;
  /** It named only those sites where it named any: it must not be used, as without them it would match everything. */
  readonly isVoid: boolean;
}

/** The match as if these sites did not exist. Conditions of other kinds stay as they are. */
export function withoutSites(match: PolicyMatch, gone: ReadonlySet<string>): NarrowedMatch {
  const { anyOf, ...outer } = match;
  const own = clauseWithout(outer, gone);
  if (anyOf === undefined || anyOf.length === 0) return { match: own.clause, isVoid: own.isVoid };
  const left = anyOf.map((clause) => clauseWithout(clause, gone)).filter((each) => !each.isVoid);
  const alternatives = left.length === 0 ? {} : { anyOf: left.map(({ clause }) => clause) };
  return { match: { ...own.clause, ...alternatives }, isVoid: own.isVoid || left.length === 0 };
}

function clauseWithout(clause: MatchClause, gone: ReadonlySet<string>): { clause: MatchClause; isVoid: boolean } {
  const left: { sourceSites?: readonly SiteId[]; destinationSites?: readonly SiteId[] } = {};
  const { sourceSites, destinationSites, ...others } = clause;
  let isVoid = false;
  for (const [field, sites] of Object.entries({ sourceSites, destinationSites })) {
    const kept = sites?.filter((site) => !gone.has(site)) ?? [];
    if (kept.length > 0) left[field as keyof typeof left] = kept;
    else if (sites !== undefined && sites.length > 0) isVoid = true;
  }
  return { clause: { ...left, ...others }, isVoid };
}

/** Labels that an action names, with the field that names them. */
export const labelsNamedBy = (action: PolicyAction): { field: string; label: string }[] => [
  ...(['prefer', 'avoid', 'never'] as const).flatMap((name) =>
    (action[name] ?? []).map((label, index) => ({ field: `action.${name}[${index}]`, label })),
  ),
  ...(action.weights ?? []).map(({ label }, index) => ({ field: `action.weights[${index}].label`, label })),
];

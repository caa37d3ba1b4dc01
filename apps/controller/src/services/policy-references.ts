import {
  conditionsOf,
  type MatchClause,
  type MatchConditions,
  type PolicyAction,
  type PolicyMatch,
} from '@patronus/core';

/** Ids of the sites that a policy names anywhere. */
export const sitesNamedBy = (match: PolicyMatch, action: PolicyAction): Set<string> =>
  new Set([
    ...conditionsOf(match).flatMap(({ sourceSites = [], destinationSites = [] }) => [
      ...sourceSites,
      ...destinationSites,
    ]),
    ...(action.breakout?.fallbackSite === undefined ? [] : [action.breakout.fallbackSite]),
  ]);

/** Ids of the host sets that a policy names anywhere. */
export const hostSetsNamedBy = (match: PolicyMatch): Set<string> =>
  new Set(
    conditionsOf(match).flatMap(({ sourceHostSets = [], destinationHostSets = [] }) => [
      ...sourceHostSets,
      ...destinationHostSets,
    ]),
  );

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

/** The action as if these sites did not exist. */
export function actionWithoutSites(action: PolicyAction, gone: ReadonlySet<string>): PolicyAction {
  const { breakout, ...others } = action;
  if (breakout?.fallbackSite === undefined || !gone.has(breakout.fallbackSite)) return action;
  return { ...others, breakout: { labels: breakout.labels } };
}

/** What is excluded by sites that are gone alone excludes nothing. */
function clauseWithout(clause: MatchClause, gone: ReadonlySet<string>): { clause: MatchClause; isVoid: boolean } {
  const { not, ...conditions } = clause;
  const own = conditionsWithout(conditions, gone);
  const excluded = not === undefined ? null : conditionsWithout(not, gone);
  const kept = excluded === null || excluded.isVoid ? {} : { not: excluded.conditions };
  return { clause: { ...own.conditions, ...kept }, isVoid: own.isVoid };
}

function conditionsWithout(
  given: MatchConditions,
  gone: ReadonlySet<string>,
): { conditions: MatchConditions; isVoid: boolean } {
  const { sourceSites, destinationSites, ...others } = given;
  const left: Record<string, readonly string[]> = {};
  let isVoid = false;
  for (const [field, sites] of Object.entries({ sourceSites, destinationSites })) {
    const kept = sites?.filter((site) => !gone.has(site)) ?? [];
    if (kept.length > 0) left[field] = kept;
    else if (sites !== undefined && sites.length > 0) isVoid = true;
  }
  return { conditions: { ...left, ...others }, isVoid };
}

/** Labels that an action names, with the field that names them. */
export const labelsNamedBy = (action: PolicyAction): { field: string; label: string }[] => [
  ...(['prefer', 'avoid', 'never'] as const).flatMap((name) =>
    (action[name] ?? []).map((label, index) => ({ field: `action.${name}[${index}]`, label })),
  ),
  ...(action.weights ?? []).map(({ label }, index) => ({ field: `action.weights[${index}].label`, label })),
  ...(action.breakout?.labels ?? []).map((label, index) => ({ field: `action.breakout.labels[${index}]`, label })),
];

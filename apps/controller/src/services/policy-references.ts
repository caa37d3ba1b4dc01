import type { MatchClause, PolicyAction, PolicyMatch } from '@patronus/core';

/** Ids of the sites that a policy names anywhere. */
export function sitesNamedBy(match: PolicyMatch): Set<string> {
  const clauses: MatchClause[] = [match, ...(match.anyOf ?? [])];
  return new Set(clauses.flatMap((clause) => [...(clause.sourceSites ?? []), ...(clause.destinationSites ?? [])]));
}

/** Labels that an action names, with the field that names them. */
export const labelsNamedBy = (action: PolicyAction): { field: string; label: string }[] => [
  ...(['prefer', 'avoid', 'never'] as const).flatMap((name) =>
    (action[name] ?? []).map((label, index) => ({ field: `action.${name}[${index}]`, label })),
  ),
  ...(action.weights ?? []).map(({ label }, index) => ({ field: `action.weights[${index}].label`, label })),
];

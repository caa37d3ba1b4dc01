import { labelsText } from '../../shared/figures/format.ts';
import type { Decision } from './policy-documents.ts';

/** Which lines carry a policy's traffic now, those of most pairs of sites first. */
export interface UsedPaths {
  readonly lines: readonly { readonly label: string; readonly pairs: number }[];
  /** Pairs of sites for which the policy has decided. */
  readonly pairs: number;
  /** Pairs whose paths do not keep what the policy asks for. */
  readonly outside: number;
  /** Pairs without any path. */
  readonly stranded: number;
}

/** By the ids of policies. */
export function usedPathsByPolicy(decisions: readonly Decision[]): ReadonlyMap<string, UsedPaths> {
  const grouped = Map.groupBy(decisions, ({ policy_id }) => policy_id);
  return new Map([...grouped].map(([id, own]) => [id, usedPaths(own)]));
}

function usedPaths(decisions: readonly Decision[]): UsedPaths {
  const labels = decisions.filter(({ paths }) => paths.length > 0).map(lineOf);
  const lines = [...Map.groupBy(labels, (label) => label)].map(([label, pairs]) => ({ label, pairs: pairs.length }));
  return {
    lines: lines.toSorted((a, b) => b.pairs - a.pairs),
    pairs: decisions.length,
    outside: decisions.filter(({ paths, sla_met }) => paths.length > 0 && !sla_met).length,
    stranded: decisions.filter(({ paths }) => paths.length === 0).length,
  };
}

/** `mpls`, or `broadband + lte` where flows are shared. */
export const lineOf = ({ paths }: Pick<Decision, 'paths'>): string =>
  [...new Set(paths.map(({ source_label: from, dest_label: to }) => labelsText(from, to)))].join(' + ');

import type { Policy } from '@patronus/core';
import type { PolicyWorld } from './conditions.ts';
import { matchFlow, placeFlow, type Flow, type PlacedFlow } from './flow-match.ts';

/**
 * - `between_sites`: policies decide.
 * - `internet`: from a site to an address of none; policies decide as soon as one of them breaks out.
 * - `within_site`, `outside`: none of our business.
 */
export type FlowScope = 'between_sites' | 'internet' | 'within_site' | 'outside';

/** A policy that was held against a flow. */
export interface ConsideredPolicy {
  readonly policy: Policy;
  readonly matched: boolean;
  /** Why it did not match; why it was chosen, or why it was not although it matched. */
  readonly reason: string;
}

/** Which policy a flow meets, and which it does not. */
export interface FlowMatch {
  readonly flow: PlacedFlow;
  readonly scope: FlowScope;
  /** Null where policies do not decide. */
  readonly policy: Policy | null;
  /** In order of evaluation. */
  readonly considered: readonly ConsideredPolicy[];
}

/**
 * Which of the policies, in order of evaluation, a new flow meets at a time, unix ms: the same as the kernel of an edge
 * decides with the ruleset of that time.
 */
export function explainFlow(given: Flow, policies: readonly Policy[], world: PolicyWorld, wallMs: number): FlowMatch {
  const flow = placeFlow(given, world, wallMs);
  const scope = scopeOf(flow);
  const decides = scope === 'between_sites' || (scope === 'internet' && policies.some(breaksOut));
  if (!decides) return { flow, scope, policy: null, considered: [] };
  let chosen: Policy | null = null;
  const considered = policies.map((policy): ConsideredPolicy => {
    if (scope === 'between_sites' && breaksOut(policy)) {
      return { policy, matched: false, reason: 'it breaks out to the Internet, and the destination is in a site' };
    }
    const verdict = matchFlow(policy.match, flow, world);
    if (!verdict.holds) return { policy, matched: false, reason: verdict.why };
    if (chosen !== null) return { policy, matched: true, reason: `"${chosen.name}" is looked at first` };
    chosen = policy;
    return { policy, matched: true, reason: 'it is the first that matches' };
  });
  return { flow, scope, policy: chosen, considered };
}

export const breaksOut = ({ action }: Policy): boolean => action.type === 'breakout';

function scopeOf({ sourceSite, destinationSite }: PlacedFlow): FlowScope {
  if (sourceSite === null) return 'outside';
  if (destinationSite === null) return 'internet';
  return sourceSite.id === destinationSite.id ? 'within_site' : 'between_sites';
}

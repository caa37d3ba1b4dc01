import type { PolicyAction } from '@patronus/core';
import type { Db } from '../database/schema.ts';
import { policyRepository } from '../repositories/policy-repository.ts';
import type { Problems } from './problems.ts';

/**
 * All policies that break out fall back to the same site: a tunnel interface hands what goes to no site to one peer alone,
 * as WireGuard binds a prefix to one.
 */
export async function checkFallbackSite(
  db: Db,
  action: PolicyAction,
  policyId: number | undefined,
  problems: Problems,
): Promise<void> {
  const site = action.breakout?.fallbackSite;
  if (site === undefined) return;
  for (const row of await policyRepository.listMentioning(db, 'fallbackSite')) {
    const other = (JSON.parse(row.action) as PolicyAction).breakout?.fallbackSite;
    if (row.policy_id === policyId || other === undefined || other === site) continue;
    const problem = `policy "${row.name}" falls back to another site`;
    problems.add('action.breakout.fallback_site', problem, 'use one fallback site for all policies');
    return;
  }
}

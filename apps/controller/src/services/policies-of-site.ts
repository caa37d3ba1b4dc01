import type { PolicyAction, PolicyMatch } from '@patronus/core';
import type { Db } from '../database/schema.ts';
import { changesBetween, type Actor } from '../audit/index.ts';
import type { Change } from '../database/store.ts';
import { policyRepository, type PolicyRow } from '../repositories/policy-repository.ts';
import { actionWithoutSites, sitesNamedBy, withoutSites } from './policy-references.ts';
import { shownPolicy } from './policy-service.ts';

type SiteRef = { readonly id: string; readonly name: string };

/** Live policies that name a site, in order of evaluation. */
export async function policiesNaming(db: Db, siteId: string): Promise<PolicyRow[]> {
  return (await policyRepository.listMentioning(db, siteId)).filter((row) =>
    sitesNamedBy(matchOf(row), actionOf(row)).has(siteId),
  );
}

/**
 * Takes a site that goes for good out of every policy, of deleted ones as well. One that named no other is disabled, as it
 * would match everything. Answers what became of the live ones, a clause for each.
 */
export async function forgetSite(change: Change, by: Actor, site: SiteRef): Promise<string[]> {
  const told: string[] = [];
  for (const row of await policiesNaming(change.db, site.id)) {
    const isVoid = await forgetIn(change, by, row, site);
    told.push(
      isVoid
        ? `policy "${row.name}" named no other site and is disabled now`
        : `policy "${row.name}" names it no longer`,
    );
    const message = `Policy ${row.name} was ${isVoid ? 'disabled' : 'changed'}, as site ${site.name} was purged`;
    const metadata = { object: 'policy', id: row.policy_id };
    await change.event({ eventType: 'object_updated', severity: isVoid ? 'warning' : 'info', message, metadata });
  }
  const deleted = await policyRepository.listMentioning(change.db, site.id, 'deleted');
  for (const row of deleted) await forgetIn(change, by, row, site);
  return told;
}

/** Answers whether the policy matches nothing any more. */
async function forgetIn(change: Change, by: Actor, row: PolicyRow, site: SiteRef): Promise<boolean> {
  const gone = new Set([site.id]);
  const { match, isVoid } = withoutSites(matchOf(row), gone);
  const action = JSON.stringify(actionWithoutSites(actionOf(row), gone));
  const fields = { match_conditions: JSON.stringify(match), action, ...(isVoid ? { enabled: 0 as const } : {}) };
  await policyRepository.update(change.db, row.policy_id, { ...fields, updated_at: change.at });
  const target = { type: 'policy', id: String(row.policy_id), name: row.name } as const;
  const details = changesBetween(shownPolicy(row), shownPolicy({ ...row, ...fields }));
  await change.audit(by, { action: 'policy_updated', target, details });
  return isVoid;
}

const actionOf = (row: PolicyRow): PolicyAction => JSON.parse(row.action) as PolicyAction;

const matchOf = (row: PolicyRow): PolicyMatch => JSON.parse(row.match_conditions) as PolicyMatch;

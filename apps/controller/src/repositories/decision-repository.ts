import type { Insertable, Selectable } from 'kysely';
import type { DecisionTable, Db, Flag } from '../database/schema.ts';

export type DecisionRow = Selectable<DecisionTable> & {
  readonly policy: string;
  readonly priority: number;
  readonly is_default: Flag;
  readonly source_site: string;
  readonly dest_site: string;
};

export const decisionRepository = {
  list: (db: Db): Promise<DecisionRow[]> =>
    db
      .selectFrom('decisions')
      .innerJoin('sdwan_policies as policy', 'policy.policy_id', 'decisions.policy_id')
      .innerJoin('sdwan_sites as source', 'source.site_id', 'decisions.source_site_id')
      .innerJoin('sdwan_sites as dest', 'dest.site_id', 'decisions.dest_site_id')
      .selectAll('decisions')
      .select([
        'policy.name as policy',
        'policy.priority',
        'policy.is_default',
        'source.name as source_site',
        'dest.name as dest_site',
      ])
      .where('policy.deleted_at', 'is', null)
      .where('source.deleted_at', 'is', null)
      .where('dest.deleted_at', 'is', null)
      .orderBy('policy.is_default')
      .orderBy('policy.priority', 'desc')
      .orderBy('policy.policy_id')
      .orderBy('source.name')
      .orderBy('dest.name')
      .execute(),

  listFrom: (db: Db, sourceSiteId: string): Promise<Selectable<DecisionTable>[]> =>
    db.selectFrom('decisions').selectAll().where('source_site_id', '=', sourceSiteId).execute(),

  /** Stores the decision, unless its policy or site has been deleted meanwhile. */
  async saveIfKnown(db: Db, row: Insertable<DecisionTable>): Promise<void> {
    const policy = await db
      .selectFrom('sdwan_policies')
      .select('policy_id')
      .where('policy_id', '=', row.policy_id)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    const site = await db
      .selectFrom('sdwan_sites')
      .select('site_id')
      .where('site_id', '=', row.dest_site_id)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (policy === undefined || site === undefined) return;
    const { paths, copy_path_id, sla_met, reason, since } = row;
    await db
      .insertInto('decisions')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(['policy_id', 'source_site_id', 'dest_site_id'])
          .doUpdateSet({ paths, copy_path_id, sla_met, reason, since }),
      )
      .execute();
  },
};

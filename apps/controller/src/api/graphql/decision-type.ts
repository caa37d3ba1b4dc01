import type { DecisionView } from '../../services/decision-service.ts';
import { builder } from './builder.ts';

const decisionPathType = builder.objectRef<DecisionView['paths'][number]>('DecisionPath').implement({
  fields: (t) => ({
    path_id: t.exposeID('pathId'),
    weight: t.exposeInt('weight'),
    source_label: t.exposeString('sourceLabel'),
    dest_label: t.exposeString('destLabel'),
  }),
});

const copyPathType = builder.objectRef<NonNullable<DecisionView['copyPath']>>('CopyPath').implement({
  fields: (t) => ({
    path_id: t.exposeID('pathId'),
    source_label: t.exposeString('sourceLabel'),
    dest_label: t.exposeString('destLabel'),
  }),
});

export const decisionType = builder.objectRef<DecisionView>('Decision').implement({
  fields: (t) => ({
    policy_id: t.exposeID('policyId'),
    policy: t.exposeString('policy'),
    priority: t.exposeInt('priority'),
    is_default: t.exposeBoolean('isDefault'),
    source_site: t.exposeString('sourceSite'),
    dest_site: t.exposeString('destSite'),
    paths: t.field({ type: [decisionPathType], resolve: (decision) => [...decision.paths] }),
    copy_path: t.expose('copyPath', {
      type: copyPathType,
      nullable: true,
      description: 'A copy of each packet goes over this one as well',
    }),
    sla_met: t.exposeBoolean('slaMet'),
    reason: t.exposeString('reason'),
    since: t.expose('since', { type: 'Timestamp' }),
  }),
});

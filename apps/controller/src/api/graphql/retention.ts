import type { RetentionPeriod } from '../../services/retention-periods.ts';
import { builder } from './builder.ts';

const periodType = builder.objectRef<RetentionPeriod>('RetentionPeriod').implement({
  description: 'How long the controller keeps something before it drops it for good',
  fields: (t) => ({
    kept: t.exposeString('kept'),
    days: t.exposeInt('days', { nullable: true, description: 'Null: for ever' }),
    setting: t.exposeString('setting', { description: 'The environment variable that sets it' }),
  }),
});

builder.queryField('retention', (t) =>
  t.field({ type: [periodType], resolve: (_root, _args, { services }) => [...services.retention] }),
);

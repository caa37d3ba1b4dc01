import { SlaQuerySchema, type SlaQuery, type SlaRow, type SlaViolationView } from '../../services/sla-report.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';

const asQuery = inputChecker<SlaQuery>(SlaQuerySchema);

const rowType = builder.objectRef<SlaRow>('SlaRow').implement({
  description: 'How one path kept to the SLA of one policy over a time; durations are ms',
  fields: (t) => ({
    path_id: t.exposeID('pathId'),
    policy_id: t.exposeID('policyId'),
    policy: t.exposeString('policy'),
    source_site: t.exposeString('sourceSite'),
    source_label: t.exposeString('sourceLabel'),
    dest_site: t.exposeString('destSite'),
    dest_label: t.exposeString('destLabel'),
    from: t.expose('from', { type: 'Timestamp' }),
    to: t.expose('to', { type: 'Timestamp' }),
    in_ms: t.exposeFloat('inMs'),
    out_ms: t.exposeFloat('outMs'),
    down_ms: t.exposeFloat('downMs', { description: 'Of the time out of bounds, that in which the path was down' }),
    unknown_ms: t.exposeFloat('unknownMs', { description: 'Nobody told of it: neither in nor out' }),
    used_ms: t.exposeFloat('usedMs', { description: "That in which the policy's traffic took the path" }),
    availability_percent: t.exposeFloat('availabilityPercent', { nullable: true, description: 'In, of what is known' }),
    violations: t.exposeInt('violations', { description: 'Those that began in the time' }),
  }),
});

const violationType = builder.objectRef<SlaViolationView>('SlaViolation').implement({
  description: 'A time in which a path was out of the bounds of a policy',
  fields: (t) => ({
    id: t.exposeID('id'),
    path_id: t.exposeID('pathId'),
    policy_id: t.exposeID('policyId'),
    policy: t.exposeString('policy'),
    source_site: t.exposeString('sourceSite'),
    source_label: t.exposeString('sourceLabel'),
    dest_site: t.exposeString('destSite'),
    dest_label: t.exposeString('destLabel'),
    figure: t.exposeString('figure', { description: 'down, loss, delay, jitter, reordering, duplication or mos' }),
    value: t.exposeFloat('value', { nullable: true, description: 'That began it: percent, ms or MOS' }),
    bound: t.exposeFloat('bound', { nullable: true }),
    worst: t.exposeFloat('worst', { nullable: true }),
    started_at: t.expose('startedAt', { type: 'Timestamp' }),
    ended_at: t.expose('endedAt', { type: 'Timestamp', nullable: true }),
    out_ms: t.exposeFloat('outMs'),
  }),
});

builder.queryFields((t) => ({
  sla: t.field({
    type: [rowType],
    description: 'How paths kept to the SLAs of policies; the last day where nothing is said',
    args: {
      from: t.arg({ type: 'Timestamp' }),
      to: t.arg({ type: 'Timestamp' }),
      path: t.arg.id({ description: 'Id of a path' }),
      policy: t.arg.int({ description: 'Id of a policy' }),
      step: t.arg.string({ description: 'hour, day, week or month, in UTC: a row for each' }),
    },
    resolve: (_root, args, { services }) => services.slaReport.rows(asQuery(args)),
  }),
  slaViolations: t.field({
    type: [violationType],
    description: 'Newest first; those that lasted at some time of the range',
    args: {
      from: t.arg({ type: 'Timestamp' }),
      to: t.arg({ type: 'Timestamp' }),
      path: t.arg.id({ description: 'Id of a path' }),
      policy: t.arg.int({ description: 'Id of a policy' }),
      limit: t.arg.int(),
      cursor: t.arg.string(),
    },
    resolve: async (_root, { limit, cursor, ...args }, { services }) => {
      const page = { ...(limit ? { limit } : {}), ...(cursor ? { cursor } : {}) };
      return [...(await services.slaReport.violations({ ...asQuery(args), ...page })).items];
    },
  }),
}));

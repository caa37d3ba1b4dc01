import {
  LabBreakSchema,
  LabHealSchema,
  LabImpairSchema,
  type LabBreak,
  type LabHeal,
  type LabImpair,
  type LabImpairment,
  type LabLine,
  type LabRun,
  type LabView,
} from '../../services/lab-link.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import { actorIn } from './graphql-services.ts';

const asBreak = inputChecker<LabBreak>(LabBreakSchema);
const asImpair = inputChecker<LabImpair>(LabImpairSchema);
const asHeal = inputChecker<LabHeal>(LabHealSchema);

const impairmentType = builder.objectRef<LabImpairment>('LabImpairment').implement({
  fields: (t) => ({
    delay_ms: t.exposeFloat('delayMs'),
    jitter_ms: t.exposeFloat('jitterMs'),
    loss_percent: t.exposeFloat('lossPercent'),
    rate_bps: t.exposeFloat('rateBps', { nullable: true, description: 'Null: no limit' }),
  }),
});

const lineType = builder.objectRef<LabLine>('LabLine').implement({
  fields: (t) => ({
    site: t.exposeString('site'),
    label: t.exposeString('label'),
    blackout: t.stringList({
      description: 'Directions in which every packet vanishes: `out` of the site, `in`to it',
      resolve: (line) => [...line.blackout],
    }),
    carrier_down: t.exposeBoolean('carrierDown'),
    impaired: t.boolean({
      description: 'Worse than the topology says',
      resolve: (line) => Object.keys(line.impaired).length > 0,
    }),
    out: t.expose('out', { type: impairmentType }),
    in: t.expose('in', { type: impairmentType }),
  }),
});

const runType = builder.objectRef<LabRun>('LabRun').implement({
  fields: (t) => ({
    scenario: t.exposeString('scenario'),
    started_at: t.expose('startedAt', { type: 'Timestamp' }),
    step: t.exposeString('step'),
    holds: t.exposeBoolean('holds', { nullable: true, description: 'Null while it runs' }),
    failures: t.stringList({ resolve: (run) => [...run.failures] }),
  }),
});

const labType = builder.objectRef<LabView>('Lab').implement({
  description: 'The lab that runs on the data directory of this controller',
  fields: (t) => ({
    state: t.exposeString('state'),
    topology: t.exposeString('topology', { nullable: true }),
    lines: t.field({ type: [lineType], resolve: (lab) => [...lab.lines] }),
    scenarios: t.stringList({ resolve: (lab) => [...lab.scenarios] }),
    run: t.expose('run', { type: runType, nullable: true }),
  }),
});

builder.queryField('lab', (t) =>
  t.field({
    type: labType,
    nullable: true,
    description: 'Null where no lab runs',
    resolve: (_root, _args, { services }) => services.lab.view(),
  }),
);

const site = { required: true } as const;
const endpoint = { required: true, description: 'Label of the line' } as const;
const direction = { description: '`out` of the site, `in`to it, or `both`' } as const;

builder.mutationFields((t) => ({
  labBreak: t.field({
    type: labType,
    description: 'Cuts a line of the lab',
    args: {
      site: t.arg.string(site),
      endpoint: t.arg.string(endpoint),
      direction: t.arg.string(direction),
      silent: t.arg.boolean({ description: 'Every packet vanishes while the link stays up' }),
    },
    resolve: (_root, args, context) => context.services.lab.break(actorIn(context), asBreak(args)),
  }),
  labImpair: t.field({
    type: labType,
    description: 'Worsens a line of the lab; what is not given stays as the topology says',
    args: {
      site: t.arg.string(site),
      endpoint: t.arg.string(endpoint),
      direction: t.arg.string(direction),
      delay_ms: t.arg.float(),
      jitter_ms: t.arg.float(),
      loss_percent: t.arg.float(),
      rate_bps: t.arg.float(),
    },
    resolve: (_root, args, context) => context.services.lab.impair(actorIn(context), asImpair(args)),
  }),
  labHeal: t.field({
    type: labType,
    description: 'Mends one line of the lab, those of a site, or all',
    args: { site: t.arg.string(), endpoint: t.arg.string() },
    resolve: (_root, args, context) => context.services.lab.heal(actorIn(context), asHeal(args)),
  }),
  labRun: t.field({
    type: labType,
    description: 'Starts a scenario that is shipped with the lab; `lab { run }` tells how it goes',
    args: { scenario: t.arg.string({ required: true }) },
    resolve: (_root, { scenario }, context) => context.services.lab.run(actorIn(context), scenario),
  }),
}));

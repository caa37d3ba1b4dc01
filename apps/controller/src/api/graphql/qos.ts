import {
  QosClassChangesSchema,
  QosClassInputSchema,
  type QosClassChanges,
  type QosClassInput,
} from '../../services/qos-input.ts';
import type { QosLineView, QosQueueView } from '../../services/qos-lines.ts';
import type { QosClassView } from '../../services/qos-service.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import { expected, onceArgs, onceKeyOf, versionArgs } from './condition-args.ts';
import { actorIn } from './graphql-services.ts';
import { fromStore } from './list-fields.ts';
import { outcomeType } from './types.ts';

const asClass = inputChecker<QosClassInput>(QosClassInputSchema);
const asChanges = inputChecker<QosClassChanges>(QosClassChangesSchema);

const classType = builder.objectRef<QosClassView>('QosClass').implement({
  description: 'How packets share a line that is full',
  fields: (t) => ({
    number: t.exposeInt('number', { description: 'Of its queue in every kernel' }),
    name: t.exposeString('name'),
    guarantee_percent: t.exposeFloat('guaranteePercent', { description: 'Of a full line, whatever others want' }),
    ceiling_percent: t.exposeFloat('ceilingPercent', { description: 'The most, also of an idle line' }),
    priority: t.exposeInt('priority', { description: '0 to 7; what is left goes to the lowest first' }),
    trust_dscp: t.intList({ resolve: ({ trustDscp }) => [...trustDscp] }),
    set_dscp: t.exposeInt('setDscp', { nullable: true }),
    is_default: t.exposeBoolean('isDefault', { description: 'Takes what nothing else leads anywhere' }),
    created_at: t.expose('createdAt', { type: 'Timestamp' }),
    updated_at: t.expose('updatedAt', { type: 'Timestamp' }),
    version: t.exposeInt('version'),
  }),
});

const queueType = builder.objectRef<QosQueueView>('QosQueue').implement({
  description: 'One class on one uplink',
  fields: (t) => ({
    class: t.exposeString('class'),
    packets: t.expose('packets', { type: 'BigInt' }),
    bytes: t.expose('bytes', { type: 'BigInt', description: 'IP octets before tunnelling' }),
    drops: t.expose('drops', { type: 'BigInt' }),
    backlog_bytes: t.exposeInt('backlogBytes', { description: 'What waits now' }),
    delay_ms: t.exposeFloat('delayMs', { description: 'How long a packet waits' }),
  }),
});

const lineType = builder.objectRef<QosLineView>('QosLine').implement({
  description: 'An uplink that is shaped or policed, as its edge last told',
  fields: (t) => ({
    endpoint_id: t.exposeID('endpointId'),
    site: t.exposeString('site'),
    label: t.exposeString('label'),
    shaping: t.exposeString('shaping'),
    policing: t.exposeBoolean('policing'),
    up_bps: t.exposeFloat('upBps', { nullable: true }),
    rate_bps: t.exposeFloat('rateBps', { nullable: true, description: 'What the line is shaped to now' }),
    queue: t.exposeString('queue', { nullable: true, description: 'Within each class: cake, fq_codel or fifo' }),
    problem: t.exposeString('problem', { nullable: true, description: 'Why the kernel of the edge does not do it' }),
    reported_at: t.expose('reportedAt', { type: 'Timestamp', nullable: true }),
    classes: t.field({ type: [queueType], resolve: ({ classes }) => [...classes] }),
  }),
});

const classInput = builder.inputType('QosClassInput', {
  fields: (t) => ({
    name: t.string({ required: true }),
    guarantee_percent: t.float({ required: true }),
    ceiling_percent: t.float(),
    priority: t.int(),
    trust_dscp: t.intList(),
    set_dscp: t.int(),
  }),
});

const classChanges = builder.inputType('QosClassChanges', {
  fields: (t) => ({
    guarantee_percent: t.float(),
    ceiling_percent: t.float(),
    priority: t.int(),
    trust_dscp: t.intList(),
    set_dscp: t.int(),
  }),
});

builder.queryFields((t) => ({
  qosClasses: t.field({
    type: [classType],
    description: 'Classes of service, in the order in which they are served',
    extensions: fromStore,
    resolve: (_root, _args, context) => context.services.qos.list(),
  }),
  qosClass: t.field({
    type: classType,
    args: { name: t.arg.string({ required: true }) },
    extensions: fromStore,
    resolve: (_root, { name }, context) => context.services.qos.get(name),
  }),
  qosLines: t.field({
    type: [lineType],
    description: 'Uplinks that are shaped or policed, with their queues',
    resolve: (_root, _args, context) => context.services.qosLines.list(),
  }),
}));

builder.mutationFields((t) => ({
  createQosClass: t.field({
    type: classType,
    args: { input: t.arg({ type: classInput, required: true }), ...onceArgs },
    resolve: async (_root, { input, idempotency_key }, context) =>
      context.services.qos.create(actorIn(context), asClass(input), onceKeyOf(context, idempotency_key)),
  }),
  updateQosClass: t.field({
    type: classType,
    args: {
      name: t.arg.string({ required: true }),
      input: t.arg({ type: classChanges, required: true }),
      ...versionArgs,
    },
    resolve: async (_root, { name, input, version }, context) =>
      context.services.qos.update(actorIn(context), name, asChanges(input), expected(version)),
  }),
  deleteQosClass: t.field({
    type: outcomeType,
    args: { name: t.arg.string({ required: true }), ...versionArgs },
    resolve: async (_root, { name, version }, context) => {
      await context.services.qos.delete(actorIn(context), name, expected(version));
      return { message: `Class ${name} was deleted` };
    },
  }),
}));

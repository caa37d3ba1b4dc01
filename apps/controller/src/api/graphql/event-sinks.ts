import type { SinkTest } from '../../services/event-sink-service.ts';
import {
  deadLetterCursor,
  type DeadLetter,
  type EventSinkView,
  type NewEventSink,
} from '../../services/event-sink-view.ts';
import {
  EventSinkChangesSchema,
  EventSinkInputSchema,
  RedeliverySchema,
  type EmailTarget,
  type EventFilterInput,
  type EventSinkChanges,
  type EventSinkInput,
  type RedeliveryInput,
  type SyslogTarget,
  type WebhookTarget,
} from '../../sinks/index.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import { expected, onceArgs, onceKeyOf, versionArgs } from './condition-args.ts';
import { actorIn } from './graphql-services.ts';
import { outcomeType } from './types.ts';

const asSink = inputChecker<EventSinkInput>(EventSinkInputSchema);
const asRedelivery = inputChecker<RedeliveryInput>(RedeliverySchema);
const asSinkChanges = inputChecker<EventSinkChanges>(EventSinkChangesSchema);

const filterType = builder.objectRef<EventFilterInput>('EventFilter').implement({
  description: 'Every condition that is present must hold; within one, any of its values',
  fields: (t) => ({
    types: t.stringList({ nullable: true, resolve: ({ types }) => types ?? null }),
    severities: t.stringList({ nullable: true, resolve: ({ severities }) => severities ?? null }),
    sites: t.stringList({ nullable: true, resolve: ({ sites }) => sites ?? null }),
  }),
});

const webhookType = builder.objectRef<WebhookTarget>('Webhook').implement({
  fields: (t) => ({ url: t.exposeString('url'), ca: t.exposeString('ca', { nullable: true }) }),
});

const syslogType = builder.objectRef<SyslogTarget>('Syslog').implement({
  fields: (t) => ({
    url: t.exposeString('url'),
    facility: t.exposeInt('facility', { nullable: true }),
    ca: t.exposeString('ca', { nullable: true }),
  }),
});

const emailType = builder.objectRef<EmailTarget>('Email').implement({
  fields: (t) => ({
    url: t.exposeString('url'),
    from: t.exposeString('from'),
    to: t.exposeStringList('to'),
    username: t.exposeString('username', { nullable: true }),
    starttls: t.exposeString('starttls', { nullable: true }),
    ca: t.exposeString('ca', { nullable: true }),
  }),
});

export const sinkType = builder
  .objectRef<EventSinkView & Partial<Pick<NewEventSink, 'secret'>>>('EventSink')
  .implement({
    description: 'A place outside that gets events; of webhook, syslog and email it has one',
    fields: (t) => ({
      id: t.exposeID('id'),
      name: t.exposeString('name'),
      kind: t.exposeString('kind'),
      enabled: t.exposeBoolean('enabled'),
      filter: t.expose('filter', { type: filterType }),
      webhook: t.expose('webhook', { type: webhookType, nullable: true }),
      syslog: t.expose('syslog', { type: syslogType, nullable: true }),
      email: t.expose('email', { type: emailType, nullable: true }),
      queued: t.exposeInt('queued', { description: 'Events that wait' }),
      dead: t.exposeInt('dead', { description: 'Events that were given up' }),
      last_success_at: t.expose('lastSuccessAt', { type: 'Timestamp', nullable: true }),
      last_failure_at: t.expose('lastFailureAt', { type: 'Timestamp', nullable: true }),
      last_error: t.exposeString('lastError', { nullable: true }),
      created_at: t.expose('createdAt', { type: 'Timestamp' }),
      updated_at: t.expose('updatedAt', { type: 'Timestamp' }),
      version: t.exposeInt('version', { description: 'Grows with every change of what people set' }),
      secret: t.exposeString('secret', {
        nullable: true,
        description: 'Shown once, in the answers to createEventSink and renewEventSinkSecret',
      }),
    }),
  });

const testType = builder.objectRef<SinkTest>('EventSinkTest').implement({
  fields: (t) => ({
    delivered: t.exposeBoolean('delivered'),
    duration_ms: t.exposeInt('durationMs'),
    error: t.exposeString('error', { nullable: true }),
  }),
});

const deadLetterType = builder.objectRef<DeadLetter>('DeadLetter').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    event: t.field({ type: 'JSON', resolve: ({ event }) => event }),
    queued_at: t.expose('queuedAt', { type: 'Timestamp' }),
    dead_at: t.expose('deadAt', { type: 'Timestamp' }),
    attempts: t.exposeInt('attempts'),
    last_error: t.exposeString('lastError', { nullable: true }),
    cursor: t.string({ description: 'Goes on after this one', resolve: deadLetterCursor }),
  }),
});

const filterInput = builder.inputType('EventFilterInput', {
  fields: (t) => ({
    types: t.stringList(),
    severities: t.stringList(),
    sites: t.stringList({ description: 'Names or ids' }),
  }),
});
const webhookInput = builder.inputType('WebhookInput', {
  fields: (t) => ({ url: t.string({ required: true }), ca: t.string() }),
});
const syslogInput = builder.inputType('SyslogInput', {
  fields: (t) => ({ url: t.string({ required: true }), facility: t.int(), ca: t.string() }),
});
const emailInput = builder.inputType('EmailInput', {
  fields: (t) => ({
    url: t.string({ required: true }),
    from: t.string({ required: true }),
    to: t.stringList({ required: true }),
    username: t.string(),
    password: t.string(),
    starttls: t.string(),
    ca: t.string(),
  }),
});
const sinkInput = builder.inputType('EventSinkInput', {
  description: 'With exactly one of webhook, syslog and email',
  fields: (t) => ({
    name: t.string({ required: true }),
    enabled: t.boolean(),
    filter: t.field({ type: filterInput }),
    webhook: t.field({ type: webhookInput }),
    syslog: t.field({ type: syslogInput }),
    email: t.field({ type: emailInput }),
  }),
});
const sinkChanges = builder.inputType('EventSinkChanges', {
  fields: (t) => ({
    name: t.string(),
    enabled: t.boolean(),
    filter: t.field({ type: filterInput }),
    webhook: t.field({ type: webhookInput }),
    syslog: t.field({ type: syslogInput }),
    email: t.field({ type: emailInput }),
  }),
});

const sink = { required: true, description: 'Id or name' } as const;

builder.queryFields((t) => ({
  eventSink: t.field({
    type: sinkType,
    args: { sink: t.arg.id(sink) },
    resolve: async (_root, args, context) => {
      return context.services.eventSinks.get(args.sink);
    },
  }),
  deadLetters: t.field({
    type: [deadLetterType],
    description: 'Events that were given up for a sink, oldest first',
    args: { sink: t.arg.id(sink), limit: t.arg.int(), cursor: t.arg.string() },
    resolve: async (_root, { sink: idOrName, limit, cursor }, context) => {
      const page = { limit: limit ?? undefined, cursor: cursor ?? undefined };
      return [...(await context.services.eventSinks.listDead(idOrName, page)).items];
    },
  }),
}));

builder.mutationFields((t) => ({
  createEventSink: t.field({
    type: sinkType,
    args: { input: t.arg({ type: sinkInput, required: true }), ...onceArgs },
    resolve: async (_root, { input, idempotency_key }, context) => {
      const by = actorIn(context);
      return context.services.eventSinks.create(by, asSink(input), onceKeyOf(context, idempotency_key));
    },
  }),
  updateEventSink: t.field({
    type: sinkType,
    args: { sink: t.arg.id(sink), input: t.arg({ type: sinkChanges, required: true }), ...versionArgs },
    resolve: async (_root, args, context) => {
      const by = actorIn(context);
      const { sink: idOrName, input, version } = args;
      return context.services.eventSinks.update(by, idOrName, asSinkChanges(input), expected(version));
    },
  }),
  deleteEventSink: t.field({
    type: outcomeType,
    args: { sink: t.arg.id(sink), ...versionArgs },
    resolve: async (_root, args, context) => {
      const by = actorIn(context);
      await context.services.eventSinks.delete(by, args.sink, expected(args.version));
      return { message: 'The event sink was deleted with what waited for it' };
    },
  }),
}));

builder.mutationFields((t) => ({
  testEventSink: t.field({
    type: testType,
    description: 'Sends an event of type `test` now',
    args: { sink: t.arg.id(sink) },
    resolve: async (_root, args, context) => {
      const by = actorIn(context);
      return context.services.eventSinks.test(by, args.sink);
    },
  }),
  renewEventSinkSecret: t.field({
    type: sinkType,
    description: 'A new key for a webhook; the old one signs nothing any more',
    args: { sink: t.arg.id(sink) },
    resolve: async (_root, args, context) => {
      const by = actorIn(context);
      return context.services.eventSinks.renewSecret(by, args.sink);
    },
  }),
  redeliverEvents: t.field({
    type: outcomeType,
    description: 'Puts events that were given up back into the queue; all of them where no ids are named',
    args: { sink: t.arg.id(sink), ids: t.arg.intList() },
    resolve: async (_root, args, context) => {
      const by = actorIn(context);
      const count = await context.services.eventSinks.redeliver(by, args.sink, asRedelivery({ ids: args.ids }).ids);
      return { message: `${count} events are sent again` };
    },
  }),
}));

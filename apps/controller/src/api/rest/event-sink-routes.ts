import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { eventSinkList } from '../../services/lists/index.ts';
import { EventSinkChangesSchema, EventSinkInputSchema, RedeliverySchema, sinkKinds } from '../../sinks/index.ts';
import type { ApiServices } from '../api-services.ts';
import { Nullable, pageAnswer, pageQuery, PageSchema, version } from './answers.ts';
import { conditionHeaders, expectedVersions, onceHeaders, onceKey } from './conditions.ts';
import { inputExamples } from './input-examples.ts';
import { withExample } from './openapi.ts';
import type { RestApp } from './rest-api.ts';

const time = Type.Integer({ description: 'Unix ms' });
const ca = Type.Optional(Type.String());
const sinkFields = {
  id: Type.String(),
  name: Type.String(),
  kind: Type.Enum([...sinkKinds]),
  enabled: Type.Boolean(),
  filter: Type.Object({
    types: Type.Optional(Type.Array(Type.String())),
    severities: Type.Optional(Type.Array(Type.String())),
    sites: Type.Optional(Type.Array(Type.String())),
  }),
  webhook: Nullable(Type.Object({ url: Type.String(), ca })),
  syslog: Nullable(Type.Object({ url: Type.String(), facility: Type.Optional(Type.Integer()), ca })),
  email: Nullable(
    Type.Object({
      url: Type.String(),
      from: Type.String(),
      to: Type.Array(Type.String()),
      username: Type.Optional(Type.String()),
      starttls: Type.Optional(Type.String()),
      ca,
    }),
  ),
  queued: Type.Integer({ description: 'Events that wait' }),
  dead: Type.Integer({ description: 'Events that were given up' }),
  last_success_at: Nullable(time),
  last_failure_at: Nullable(time),
  last_error: Nullable(Type.String()),
  created_at: time,
  updated_at: time,
  version,
};
const SinkSchema = Type.Object(sinkFields);
const NewSinkSchema = Type.Object({
  ...sinkFields,
  secret: Nullable(Type.String({ description: 'The key that signs; shown only in this answer' })),
});
const TestSchema = Type.Object({
  delivered: Type.Boolean(),
  duration_ms: Type.Integer(),
  error: Nullable(Type.String()),
});
const DeadLetterSchema = Type.Object({
  id: Type.Integer(),
  event: Type.Record(Type.String(), Type.Unknown()),
  queued_at: time,
  dead_at: time,
  attempts: Type.Integer(),
  last_error: Nullable(Type.String()),
});
const params = Type.Object({ sink: Type.String({ description: 'Id or name' }) });
const querystring = Type.Object(pageQuery);
const tags = ['event-sinks'];

export function eventSinkRoutes(app: RestApp, services: ApiServices): void {
  const { eventSinks } = services;
  app.get(
    '/event-sinks',
    {
      schema: {
        tags,
        summary: 'List event sinks',
        querystring: eventSinkList.schema,
        response: { 200: PageSchema(SinkSchema) },
      },
    },
    async ({ query }) => pageAnswer(eventSinkList.page(await eventSinks.list(), query), toSnakeCase),
  );
  app.post(
    '/event-sinks',
    {
      schema: {
        tags,
        summary: 'Add a place that gets events',
        headers: onceHeaders,
        body: withExample(EventSinkInputSchema, inputExamples.eventSink),
        response: { 201: NewSinkSchema },
      },
    },
    async (request, reply) =>
      reply.status(201).send(toSnakeCase(await eventSinks.create(request.actor, request.body, onceKey(request)))),
  );
  app.get(
    '/event-sinks/:sink',
    { schema: { tags, summary: 'One event sink', params, response: { 200: SinkSchema } } },
    async (request) => toSnakeCase(await eventSinks.get(request.params.sink)),
  );
  app.patch(
    '/event-sinks/:sink',
    {
      schema: {
        tags,
        summary: 'Change fields of an event sink',
        params,
        headers: conditionHeaders,
        body: withExample(EventSinkChangesSchema, inputExamples.eventSinkChanges),
        response: { 200: SinkSchema },
      },
    },
    async (request) => {
      const { actor, params: asked, body } = request;
      return toSnakeCase(await eventSinks.update(actor, asked.sink, body, expectedVersions(request)));
    },
  );
  app.delete(
    '/event-sinks/:sink',
    {
      schema: {
        tags,
        summary: 'Delete an event sink with what waits for it',
        params,
        headers: conditionHeaders,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await eventSinks.delete(request.actor, request.params.sink, expectedVersions(request));
      return reply.status(204).send(null);
    },
  );
  sinkOperationRoutes(app, services);
}

function sinkOperationRoutes(app: RestApp, { eventSinks }: ApiServices): void {
  app.post(
    '/event-sinks/:sink/test',
    { schema: { tags, summary: 'Send an event of type `test` now', params, response: { 200: TestSchema } } },
    async (request) => toSnakeCase(await eventSinks.test(request.actor, request.params.sink)),
  );
  app.post(
    '/event-sinks/:sink/secret',
    { schema: { tags, summary: 'Make a new key for a webhook', params, response: { 200: NewSinkSchema } } },
    async (request) => toSnakeCase(await eventSinks.renewSecret(request.actor, request.params.sink)),
  );
  app.get(
    '/event-sinks/:sink/dead-letters',
    {
      schema: {
        tags,
        summary: 'List the events that were given up, oldest first',
        params,
        querystring,
        response: { 200: PageSchema(DeadLetterSchema) },
      },
    },
    async (request) =>
      // Metadata of events are in the API's words already, and their keys are data.
      pageAnswer(await eventSinks.listDead(request.params.sink, request.query), ({ event, ...letter }) => ({
        ...toSnakeCase(letter),
        event: { ...event },
      })),
  );
  app.post(
    '/event-sinks/:sink/redeliveries',
    {
      schema: {
        tags,
        summary: 'Send events again that were given up',
        params,
        body: RedeliverySchema,
        response: { 200: Type.Object({ redelivered: Type.Integer() }) },
      },
    },
    async (request) => ({
      redelivered: await eventSinks.redeliver(request.actor, request.params.sink, request.body.ids),
    }),
  );
}

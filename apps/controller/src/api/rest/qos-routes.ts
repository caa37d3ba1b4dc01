import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { QosClassChangesSchema, QosClassInputSchema } from '../../services/qos-input.ts';
import type { QosLineView } from '../../services/qos-lines.ts';
import type { ApiServices } from '../api-services.ts';
import { Nullable, version } from './answers.ts';
import { conditionHeaders, expectedVersions, onceHeaders, onceKey } from './conditions.ts';
import { inputExamples } from './input-examples.ts';
import { withExample } from './openapi.ts';
import type { RestApp } from './rest-api.ts';

const params = Type.Object({ name: Type.String() });
const counter = Type.Union([Type.Integer(), Type.String()], { description: '64 bits; text beyond 2^53' });
const time = Type.Integer({ description: 'Unix ms' });

const QosClassSchema = Type.Object({
  number: Type.Integer({ description: 'Of its queue in every kernel' }),
  name: Type.String(),
  guarantee_percent: Type.Number(),
  ceiling_percent: Type.Number(),
  priority: Type.Integer(),
  trust_dscp: Type.Array(Type.Integer()),
  set_dscp: Nullable(Type.Integer()),
  is_default: Type.Boolean({ description: 'Takes what nothing else leads anywhere' }),
  created_at: time,
  updated_at: time,
  version,
});

const QosLineSchema = Type.Object({
  endpoint_id: Type.String(),
  site: Type.String(),
  label: Type.String(),
  shaping: Type.String(),
  policing: Type.Boolean(),
  up_bps: Nullable(Type.Number()),
  rate_bps: Nullable(Type.Number({ description: 'What the line is shaped to now' })),
  queue: Nullable(Type.String({ description: 'Within each class: cake, fq_codel or fifo' })),
  problem: Nullable(Type.String({ description: 'Why the kernel of the edge does not do it' })),
  reported_at: Nullable(time),
  classes: Type.Array(
    Type.Object({
      class: Type.String(),
      packets: counter,
      bytes: counter,
      drops: counter,
      backlog_bytes: Type.Integer(),
      delay_ms: Type.Number(),
    }),
  ),
});

const tags = ['qos'];
const response = { 200: QosClassSchema };

/** Few at most, so they come as one page. */
const listOf = <T extends Parameters<typeof Type.Array>[0]>(item: T) => Type.Object({ items: Type.Array(item) });

export function qosRoutes(app: RestApp, services: ApiServices): void {
  readRoutes(app, services);
  changeRoutes(app, services);
}

function readRoutes(app: RestApp, { qos, qosLines }: ApiServices): void {
  app.get(
    '/qos-classes',
    {
      schema: {
        tags,
        summary: 'List classes of service, in the order in which they are served',
        response: { 200: listOf(QosClassSchema) },
      },
      config: { fromStore: true },
    },
    async () => ({ items: (await qos.list()).map((each) => toSnakeCase(each)) }),
  );
  app.get(
    '/qos-classes/:name',
    { schema: { tags, summary: 'One class of service', params, response }, config: { fromStore: true } },
    async (request) => toSnakeCase(await qos.get(request.params.name)),
  );
  app.get(
    '/qos-lines',
    {
      schema: {
        tags,
        summary: 'List the uplinks that are shaped or policed, with their queues',
        response: { 200: listOf(QosLineSchema) },
      },
    },
    async () => ({ items: (await qosLines.list()).map(lineAnswer) }),
  );
}

function changeRoutes(app: RestApp, { qos }: ApiServices): void {
  app.post(
    '/qos-classes',
    {
      schema: {
        tags,
        summary: 'Make a class of service',
        headers: onceHeaders,
        body: withExample(QosClassInputSchema, inputExamples.qosClass),
        response: { 201: QosClassSchema },
      },
    },
    async (request, reply) =>
      reply.status(201).send(toSnakeCase(await qos.create(request.actor, request.body, onceKey(request)))),
  );
  app.patch(
    '/qos-classes/:name',
    {
      schema: {
        tags,
        summary: 'Change fields of a class of service',
        params,
        headers: conditionHeaders,
        body: withExample(QosClassChangesSchema, inputExamples.qosClassChanges),
        response,
      },
    },
    async (request) =>
      toSnakeCase(await qos.update(request.actor, request.params.name, request.body, expectedVersions(request))),
  );
  app.delete(
    '/qos-classes/:name',
    {
      schema: {
        tags,
        summary: 'Delete a class of service that no policy names',
        params,
        headers: conditionHeaders,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await qos.delete(request.actor, request.params.name, expectedVersions(request));
      return reply.status(204).send(null);
    },
  );
}

const lineAnswer = ({ classes, ...line }: QosLineView) => ({
  ...toSnakeCase(line),
  classes: classes.map(({ packets, bytes, drops, ...rest }) => ({
    ...toSnakeCase(rest),
    packets: counterAnswer(packets),
    bytes: counterAnswer(bytes),
    drops: counterAnswer(drops),
  })),
});

const counterAnswer = (value: bigint): number | string =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();

import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { leftOutList, pathList } from '../../services/lists/index.ts';
import { pathQuery } from '../../services/path-service.ts';
import type { ApiServices } from '../api-services.ts';
import { pageAnswer, PageSchema, PathSchema } from './answers.ts';
import type { RestApp } from './rest-api.ts';

const params = Type.Object({ id: Type.String() });
const instant = Type.Optional(Type.Integer({ minimum: 0, description: 'Unix ms' }));
const metricsQuery = Type.Object({
  from: instant,
  to: instant,
  step: Type.Optional(Type.Integer({ minimum: 1, description: 'Width of a point, ms' })),
});
const figure = Type.Union([Type.Number(), Type.Null()]);
const MetricSchema = Type.Object({
  timestamp: Type.Integer(),
  samples: Type.Integer(),
  down_samples: Type.Integer(),
  latency: figure,
  latency_max: figure,
  jitter: figure,
  loss: figure,
  rtt: figure,
  mos: figure,
  reverse_latency: figure,
  reverse_jitter: figure,
  reverse_loss: figure,
});
const LeftOutSchema = Type.Object({
  source_site: Type.String(),
  source_label: Type.String(),
  dest_site: Type.String(),
  dest_label: Type.String(),
  reason: Type.String(),
});
const tags = ['paths'];

export function pathRoutes(app: RestApp, { paths, metrics, transportLinks }: ApiServices): void {
  app.get(
    '/paths',
    {
      schema: { tags, summary: 'List paths', querystring: pathList.schema, response: { 200: PageSchema(PathSchema) } },
    },
    async ({ query }) => pageAnswer(pathList.page(await paths.list(pathQuery(query)), query), toSnakeCase),
  );
  app.get(
    '/paths/left-out',
    {
      schema: {
        tags,
        summary: 'List pairs of endpoints without a path, and why',
        querystring: leftOutList.schema,
        response: { 200: PageSchema(LeftOutSchema) },
      },
    },
    async ({ query }) => pageAnswer(leftOutList.page(await transportLinks.listLeftOut(), query), toSnakeCase),
  );
  app.get(
    '/paths/:id',
    { schema: { tags, summary: 'One path', params, response: { 200: PathSchema } } },
    async (request) => toSnakeCase(await paths.get(request.params.id)),
  );
  app.get(
    '/paths/:id/metrics',
    {
      schema: {
        tags,
        summary: 'What a path was like over a time range',
        params,
        querystring: metricsQuery,
        response: { 200: PageSchema(MetricSchema) },
      },
    },
    async (request) => ({ items: await metrics.read(request.params.id, request.query), next_cursor: null }),
  );
}

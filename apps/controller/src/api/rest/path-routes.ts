import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { pageOf } from '../../services/page.ts';
import type { ApiServices } from '../api-services.ts';
import { pageAnswer, pageQuery, PageSchema, PathSchema } from './answers.ts';
import type { RestApp } from './rest-api.ts';

const params = Type.Object({ id: Type.String() });
const siteText = Type.Optional(Type.String({ description: 'Id or name' }));
const listQuery = Type.Object({
  ...pageQuery,
  source_site: siteText,
  dest_site: siteText,
  label: Type.Optional(Type.String({ description: 'Label of either end' })),
  health_status: Type.Optional(Type.Enum(['unknown', 'up', 'degraded', 'down'])),
});
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
    { schema: { tags, querystring: listQuery, response: { 200: PageSchema(PathSchema) } } },
    async (request) => {
      const { source_site, dest_site, label, health_status, ...page } = request.query;
      const query = { sourceSite: source_site, destSite: dest_site, label, healthStatus: health_status };
      return pageAnswer(pageOf(await paths.list(query), page), toSnakeCase);
    },
  );
  app.get(
    '/paths/left-out',
    { schema: { tags, querystring: Type.Object(pageQuery), response: { 200: PageSchema(LeftOutSchema) } } },
    async (request) => pageAnswer(pageOf(await transportLinks.listLeftOut(), request.query), toSnakeCase),
  );
  app.get('/paths/:id', { schema: { tags, params, response: { 200: PathSchema } } }, async (request) =>
    toSnakeCase(await paths.get(request.params.id)),
  );
  app.get(
    '/paths/:id/metrics',
    { schema: { tags, params, querystring: metricsQuery, response: { 200: PageSchema(MetricSchema) } } },
    async (request) => ({ items: await metrics.read(request.params.id, request.query), next_cursor: null }),
  );
}

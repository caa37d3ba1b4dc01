import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { SlaQuerySchema } from '../../services/sla-report.ts';
import type { ApiServices } from '../api-services.ts';
import { Nullable, pageAnswer, PageSchema } from './answers.ts';
import type { RestApp } from './rest-api.ts';

const time = Type.Integer({ description: 'Unix ms' });
const duration = (description: string) => Type.Integer({ description: `ms; ${description}` });

const names = {
  path_id: Type.String(),
  policy_id: Type.Integer(),
  policy: Type.String(),
  source_site: Type.String(),
  source_label: Type.String(),
  dest_site: Type.String(),
  dest_label: Type.String(),
};

const SlaRowSchema = Type.Object({
  ...names,
  from: time,
  to: time,
  in_ms: duration('within bounds'),
  out_ms: duration('out of bounds'),
  down_ms: duration('of that, the path was down'),
  unknown_ms: duration('nobody told of it: neither in nor out'),
  used_ms: duration("the policy's traffic took the path"),
  availability_percent: Nullable(Type.Number({ description: 'In, of what is known' })),
  violations: Type.Integer({ description: 'Those that began in the time' }),
});

const ViolationSchema = Type.Object({
  id: Type.Integer(),
  ...names,
  figure: Type.String({ description: 'down, loss, delay, jitter, reordering, duplication or mos' }),
  value: Nullable(Type.Number({ description: 'That began it: percent, ms or MOS' })),
  bound: Nullable(Type.Number()),
  worst: Nullable(Type.Number()),
  started_at: time,
  ended_at: Nullable(time),
  out_ms: duration('out of bounds within it'),
});

const { step: _step, ...violationQuery } = SlaQuerySchema.properties;
const tags = ['sla'];

export function slaRoutes(app: RestApp, { slaReport }: ApiServices): void {
  app.get(
    '/sla',
    {
      schema: {
        tags,
        summary: 'How paths kept to the SLAs of policies, over a time or in each step of it',
        querystring: SlaQuerySchema,
        response: { 200: Type.Object({ items: Type.Array(SlaRowSchema) }) },
      },
    },
    async ({ query }) => ({ items: (await slaReport.rows(query)).map((row) => toSnakeCase(row)) }),
  );
  app.get(
    '/sla/violations',
    {
      schema: {
        tags,
        summary: 'List times in which a path was out of the bounds of a policy, newest first',
        querystring: Type.Object({
          ...violationQuery,
          limit: Type.Optional(Type.Integer({ minimum: 1 })),
          cursor: Type.Optional(Type.String({ maxLength: 200 })),
        }),
        response: { 200: PageSchema(ViolationSchema) },
      },
    },
    async ({ query }) => pageAnswer(await slaReport.violations(query), (row) => toSnakeCase(row)),
  );
}

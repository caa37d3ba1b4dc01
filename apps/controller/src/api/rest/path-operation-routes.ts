import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { FailoverInputSchema } from '../../services/path-override-input.ts';
import { inputExamples } from './input-examples.ts';
import type { ApiServices } from '../api-services.ts';
import { DecisionSchema, Nullable, PathSchema } from './answers.ts';
import { withExample } from './openapi.ts';
import type { RestApp } from './rest-api.ts';

const params = Type.Object({ id: Type.String() });
const roundTrip = Nullable(Type.Number({ description: 'Round trip, ms' }));
const CheckSchema = Type.Object({
  path_id: Type.String(),
  source_site: Type.String(),
  dest_site: Type.String(),
  source_label: Type.String(),
  dest_label: Type.String(),
  health_status: Type.Enum(['up', 'degraded', 'down']),
  cause: Nullable(Type.String({ description: 'Why it is not up' })),
  sent: Type.Integer(),
  answered: Type.Integer(),
  loss: Type.Number({ description: 'Percent, of the way there and back' }),
  rtt_min: roundTrip,
  rtt_median: roundTrip,
  probes: Type.Array(Type.Object({ answered: Type.Boolean(), rtt: roundTrip })),
  checked_at: Type.Integer({ description: 'Unix ms' }),
});
const FailoverSchema = Type.Object({
  message: Type.String(),
  path: PathSchema,
  moves: Type.Array(DecisionSchema, { description: 'What the path carries, as its edge last told' }),
});
const ReleaseSchema = Type.Object({ message: Type.String(), path: PathSchema, released: Type.Boolean() });
const DrainSchema = Type.Object({
  message: Type.String(),
  endpoint_id: Type.String(),
  paths: Type.Array(PathSchema, { description: 'Every path from and to the endpoint' }),
  moves: Type.Array(DecisionSchema, { description: 'What they carry, as edges last told' }),
});
const UndrainSchema = Type.Object({
  message: Type.String(),
  endpoint_id: Type.String(),
  paths: Type.Array(PathSchema, { description: 'Those that were out of use' }),
});
const tags = ['paths'];

/** What is done with a path, beside reading it: a check now, and traffic off it. */
export function pathOperationRoutes(app: RestApp, { pathChecks, pathOverrides }: ApiServices): void {
  app.post(
    '/paths/:id/check',
    { schema: { tags, summary: 'Probe a path now', params, response: { 200: CheckSchema } } },
    async (request) => toSnakeCase(await pathChecks.check(request.params.id)),
  );
  app.post(
    '/paths/:id/failover',
    {
      schema: {
        tags,
        summary: 'Move traffic off a path',
        params,
        body: withExample(FailoverInputSchema, inputExamples.failover),
        response: { 200: FailoverSchema },
      },
    },
    async (request) => toSnakeCase(await pathOverrides.failover(request.actor, request.params.id, request.body)),
  );
  app.delete(
    '/paths/:id/failover',
    { schema: { tags, summary: 'Let a path be used again', params, response: { 200: ReleaseSchema } } },
    async (request) => toSnakeCase(await pathOverrides.release(request.actor, request.params.id)),
  );
}

/** Traffic off all paths of an endpoint, and back. */
export function endpointDrainRoutes(app: RestApp, { endpointDrains }: ApiServices): void {
  app.post(
    '/endpoints/:id/drain',
    {
      schema: {
        tags: ['endpoints'],
        summary: 'Move traffic off every path of an endpoint',
        params,
        body: withExample(FailoverInputSchema, inputExamples.failover),
        response: { 200: DrainSchema },
      },
    },
    async (request) => toSnakeCase(await endpointDrains.drain(request.actor, request.params.id, request.body)),
  );
  app.delete(
    '/endpoints/:id/drain',
    {
      schema: {
        tags: ['endpoints'],
        summary: 'Let every path of an endpoint be used again',
        params,
        response: { 200: UndrainSchema },
      },
    },
    async (request) => toSnakeCase(await endpointDrains.undrain(request.actor, request.params.id)),
  );
}

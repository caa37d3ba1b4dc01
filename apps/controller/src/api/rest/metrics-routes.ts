import type { FastifyInstance } from 'fastify';
import type { ApiServices } from '../api-services.ts';
import { metricsText } from './metrics-text.ts';
import { trafficMediaTypes } from './traffic-text.ts';

const schema = {
  tags: ['health'],
  summary: 'Figures for Prometheus',
  response: { 200: { content: { 'text/plain': { schema: { type: 'string' } } } } },
};

/** Figures for Prometheus; for whoever may read. */
export function metricsRoutes(app: Pick<FastifyInstance, 'get'>, services: ApiServices): void {
  app.get('/metrics', { schema }, async (_request, reply) =>
    reply.type(trafficMediaTypes.prometheus).send(await metricsText(services)),
  );
}

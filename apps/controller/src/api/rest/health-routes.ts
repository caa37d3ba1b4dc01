import type { FastifyInstance } from 'fastify';
import { readiness } from '../../services/readiness.ts';
import type { ApiServices } from '../api-services.ts';

/** How the controller is, for whoever watches over it; needs no sign-in. */
export function healthRoutes(app: Pick<FastifyInstance, 'get'>, { store }: Pick<ApiServices, 'store'>): void {
  const schema = { tags: ['health'] };
  const alive = () => ({ status: 'ok' });
  app.get('/health', { schema }, alive);
  app.get('/health/live', { schema }, alive);
  app.get('/health/ready', { schema }, async (_request, reply) => {
    const reasons = await readiness(store);
    const isReady = reasons.length === 0;
    return reply.status(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not_ready', reasons });
  });
}

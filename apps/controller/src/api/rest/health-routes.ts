import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { readiness } from '../../services/readiness.ts';
import type { ApiServices } from '../api-services.ts';

/** How the controller is, for whoever watches over it; needs no sign-in. */
export function healthRoutes(app: Pick<FastifyInstance, 'get'>, { store }: Pick<ApiServices, 'store'>): void {
  const tags = ['health'];
  const AliveSchema = Type.Object({ status: Type.Literal('ok') });
  const schema = { tags, summary: 'Whether the process serves', response: { 200: AliveSchema } };
  const ReadySchema = Type.Object({
    status: Type.Enum(['ready', 'not_ready']),
    reasons: Type.Array(Type.Object({ code: Type.String(), message: Type.String() })),
  });
  const readySchema = {
    tags,
    summary: 'Whether it can do its work, and why not',
    response: { 200: ReadySchema, 503: ReadySchema },
  };
  const alive = () => ({ status: 'ok' });
  app.get('/health', { schema }, alive);
  app.get('/health/live', { schema }, alive);
  app.get('/health/ready', { schema: readySchema }, async (_request, reply) => {
    const reasons = await readiness(store);
    const isReady = reasons.length === 0;
    return reply.status(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not_ready', reasons });
  });
}

import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { plainAddress } from '../../audit/index.ts';
import type { AnswerCache } from '../answer-cache.ts';
import type { ApiServices } from '../api-services.ts';
import { auditRoutes } from './audit-routes.ts';
import { authRoutes } from './auth-routes.ts';
import { useEntityTags } from './conditions.ts';
import { edgeRoutes } from './edge-routes.ts';
import { endpointRoutes } from './endpoint-routes.ts';
import { eventSocket } from './event-socket.ts';
import { eventRoutes } from './event-routes.ts';
import { healthRoutes } from './health-routes.ts';
import { keepAnswers, sendKept } from './kept-answers.ts';
import { pathOperationRoutes } from './path-operation-routes.ts';
import { pathRoutes } from './path-routes.ts';
import { policyRoutes } from './policy-routes.ts';
import { siteRoutes } from './site-routes.ts';
import { transportLinkRoutes } from './transport-link-routes.ts';

/** A server whose handlers know the types of their schemas. */
export type RestApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** All of `/api/v1`. Every route asks for a caller unless it says otherwise: reads for a reader, all else for an operator. */
export function restApi(app: RestApp, services: ApiServices, answers: AnswerCache): void {
  app.addHook('onRequest', async (request, reply) => {
    const { access } = services;
    const caller = await access.callerOf(request.headers.authorization);
    const { method, routeOptions } = request;
    const isRead = method === 'GET' || method === 'HEAD';
    const level = routeOptions.config.access ?? (isRead ? 'read' : 'operator');
    const operation = `${method} ${routeOptions.url ?? ''}`;
    request.actor = await access.admit({ caller, address: plainAddress(request.ip), level, operation });
    if (method === 'GET') await sendKept(answers, request, reply);
  });
  useEntityTags(app);
  keepAnswers(app, answers);
  siteRoutes(app, services);
  transportLinkRoutes(app, services);
  endpointRoutes(app, services);
  policyRoutes(app, services);
  pathRoutes(app, services);
  pathOperationRoutes(app, services);
  eventRoutes(app, services);
  eventSocket(app, services);
  auditRoutes(app, services);
  edgeRoutes(app, services);
  authRoutes(app, services);
  healthRoutes(app, services);
}

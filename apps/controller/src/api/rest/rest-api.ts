import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { ApiServices } from '../api-services.ts';
import { admitAs } from './admit-as.ts';
import { applyRoutes } from './apply-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { authRoutes } from './auth-routes.ts';
import { edgeRoutes } from './edge-routes.ts';
import { endpointRoutes } from './endpoint-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { eventSinkRoutes } from './event-sink-routes.ts';
import { healthRoutes } from './health-routes.ts';
import { pathOperationRoutes } from './path-operation-routes.ts';
import { pathRoutes } from './path-routes.ts';
import { policyRoutes } from './policy-routes.ts';
import { siteRoutes } from './site-routes.ts';

/** A server whose handlers know the types of their schemas. */
export type RestApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** All of `/api/v1`. Every route asks for a caller unless it says otherwise: reads for a reader, all else for an operator. */
export function restApi(app: RestApp, services: ApiServices): void {
  app.addHook('onRequest', async (request) => {
    const { method, routeOptions } = request;
    const isRead = method === 'GET' || method === 'HEAD';
    request.actor = await admitAs(routeOptions.config.access ?? (isRead ? 'read' : 'operator'), request, services);
  });
  siteRoutes(app, services);
  endpointRoutes(app, services);
  policyRoutes(app, services);
  pathRoutes(app, services);
  pathOperationRoutes(app, services);
  eventRoutes(app, services);
  eventSinkRoutes(app, services);
  applyRoutes(app, services);
  auditRoutes(app, services);
  edgeRoutes(app, services);
  authRoutes(app, services);
  healthRoutes(app, services);
}

import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { ApiServices } from '../api-services.ts';
import { accountRoutes } from './account-routes.ts';
import { apiKeyRoutes } from './api-key-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { authRoutes } from './auth-routes.ts';
import { cookieRoutes } from './cookie-routes.ts';
import { edgeRoutes } from './edge-routes.ts';
import { endpointRoutes } from './endpoint-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { healthRoutes } from './health-routes.ts';
import { keyRoutes } from './key-routes.ts';
import { passkeyRoutes } from './passkey-routes.ts';
import { pathOperationRoutes } from './path-operation-routes.ts';
import { pathRoutes } from './path-routes.ts';
import { policyRoutes } from './policy-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { siteRoutes } from './site-routes.ts';
import { totpRoutes } from './totp-routes.ts';
import { userRoutes } from './user-routes.ts';

/** A server whose handlers know the types of their schemas. */
export type RestApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** All of `/api/v1`. */
export function restApi(app: RestApp, services: ApiServices): void {
  siteRoutes(app, services);
  endpointRoutes(app, services);
  policyRoutes(app, services);
  pathRoutes(app, services);
  pathOperationRoutes(app, services);
  eventRoutes(app, services);
  auditRoutes(app, services);
  edgeRoutes(app, services);
  authRoutes(app, services);
  cookieRoutes(app, services);
  accountRoutes(app, services);
  userRoutes(app, services);
  sessionRoutes(app, services);
  apiKeyRoutes(app, services);
  totpRoutes(app, services);
  passkeyRoutes(app, services);
  keyRoutes(app, services);
  healthRoutes(app, services);
}

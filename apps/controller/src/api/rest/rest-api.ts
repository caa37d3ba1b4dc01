import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { AnswerCache } from '../answer-cache.ts';
import type { ApiServices } from '../api-services.ts';
import { keepAnswers } from '../kept-answers.ts';
import { accountRoutes } from './account-routes.ts';
import { apiKeyRoutes } from './api-key-routes.ts';
import { applyRoutes } from './apply-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { authRoutes } from './auth-routes.ts';
import { cacheRoutes } from './cache-routes.ts';
import { useEntityTags } from './conditions.ts';
import { cookieRoutes } from './cookie-routes.ts';
import { deviceSignInRoutes } from './device-sign-in-routes.ts';
import { edgeRoutes } from './edge-routes.ts';
import { endpointRoutes } from './endpoint-routes.ts';
import { eventSocket } from './event-socket.ts';
import { eventRoutes } from './event-routes.ts';
import { eventSinkRoutes } from './event-sink-routes.ts';
import { healthRoutes } from './health-routes.ts';
import { applicationRoutes } from './application-routes.ts';
import { flowRoutes } from './flow-routes.ts';
import { hostSetRoutes } from './host-set-routes.ts';
import { answerFromKept } from './kept-lists.ts';
import { keyRoutes } from './key-routes.ts';
import { metricsRoutes } from './metrics-routes.ts';
import { nodeRoutes } from './node-routes.ts';
import { retentionRoutes } from './retention-routes.ts';
import { oidcRoutes } from './oidc-routes.ts';
import { passkeyRoutes } from './passkey-routes.ts';
import { endpointDrainRoutes, pathOperationRoutes } from './path-operation-routes.ts';
import { pathRoutes } from './path-routes.ts';
import { policyOperationRoutes } from './policy-operation-routes.ts';
import { policyRoutes } from './policy-routes.ts';
import { qosRoutes } from './qos-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { slaRoutes } from './sla-routes.ts';
import { siteRoutes } from './site-routes.ts';
import { statsRoutes } from './stats-routes.ts';
import { totpRoutes } from './totp-routes.ts';
import { transportLinkRoutes } from './transport-link-routes.ts';
import { userRoutes } from './user-routes.ts';

/** A server whose handlers know the types of their schemas. */
export type RestApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** All of `/api/v1`. Who may use a route is judged before, see `guard-routes.ts`. */
export function restApi(app: RestApp, services: ApiServices, answers: AnswerCache): void {
  app.addHook('onRequest', async (request, reply) => {
    await answerFromKept(answers, request, reply);
  });
  useEntityTags(app);
  keepAnswers(app, answers);
  siteRoutes(app, services);
  transportLinkRoutes(app, services);
  endpointRoutes(app, services);
  policyRoutes(app, services);
  applicationRoutes(app, services);
  policyOperationRoutes(app, services);
  flowRoutes(app, services);
  hostSetRoutes(app, services);
  qosRoutes(app, services);
  slaRoutes(app, services);
  pathRoutes(app, services);
  pathOperationRoutes(app, services);
  endpointDrainRoutes(app, services);
  statsRoutes(app, services);
  cacheRoutes(app, services);
  eventRoutes(app, services);
  eventSinkRoutes(app, services);
  applyRoutes(app, services);
  eventSocket(app, services);
  auditRoutes(app, services);
  edgeRoutes(app, services);
  authRoutes(app, services);
  cookieRoutes(app, services);
  deviceSignInRoutes(app, services);
  accountRoutes(app, services);
  userRoutes(app, services);
  sessionRoutes(app, services);
  apiKeyRoutes(app, services);
  totpRoutes(app, services);
  passkeyRoutes(app, services);
  oidcRoutes(app, services);
  nodeRoutes(app, services);
  retentionRoutes(app, services);
  keyRoutes(app, services);
  healthRoutes(app, services);
  metricsRoutes(app, services);
}

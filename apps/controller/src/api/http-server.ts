import type { Duplex } from 'node:stream';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger, { type FastifyDynamicSwaggerOptions as SwaggerOptions } from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { PatronusError } from '@patronus/core';
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Actor } from '../audit/index.ts';
import { checkOrigin, isLoopback, type AccessLevel } from './access.ts';
import type { ApiServices } from './api-services.ts';
import { registerGraphql, servePlayground } from './graphql/index.ts';
import { useProblemDocuments } from './http-errors.ts';
import { healthRoutes } from './rest/health-routes.ts';
import { metricsRoutes } from './rest/metrics-routes.ts';
import { admitCallers, restApi } from './rest/rest-api.ts';
import { validatorCompiler } from './validation.ts';
import { webPage } from './web-page.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route. */
    access?: AccessLevel;
  }
  interface FastifyRequest {
    /** Who answers for it, on routes of the REST API. */
    actor: Actor;
  }
}

export interface HttpServerParts {
  readonly services: ApiServices;
  readonly host: string;
  readonly webDir: string;
  /** Whether GraphQL tells its schema. */
  readonly introspection: boolean;
  readonly logger: Logger;
}

/** Everything that people and programs reach over HTTP: REST, GraphQL, the web page. It does not listen yet. */
export async function createHttpServer(parts: HttpServerParts): Promise<FastifyInstance> {
  const { services, host, webDir, logger, introspection } = parts;
  const loggerInstance: FastifyBaseLogger = logger;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    // The same schema is promised under both addresses.
    rewriteUrl: ({ url = '/' }) => url.replace(/^\/api\/v2\/graphql(?=$|\?)/, '/graphql'),
  });
  app.setValidatorCompiler(validatorCompiler);
  // Response schemas describe; they do not filter.
  app.setSerializerCompiler(() => JSON.stringify);
  useProblemDocuments(app);
  const isBoundToLoopback = isLoopback(host);
  app.addHook('onRequest', async (request) => checkOrigin(request, isBoundToLoopback));
  closeUpgrades(app);
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: contentPolicy },
    // Over plain HTTP browsers ignore it, and a proxy that speaks TLS sets its own.
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  });
  await app.register(rateLimit, { global: false, errorResponseBuilder: (_request, { ttl }) => tooMany(ttl) });
  await app.register(swagger, { openapi });
  await app.register(
    async (scope) => {
      restApi(scope.withTypeProvider<TypeBoxTypeProvider>(), services);
      scope.get('/openapi.json', { schema: { hide: true }, config: { access: 'open' } }, () => app.swagger());
    },
    { prefix: '/api/v1' },
  );
  await app.register(async (scope) => {
    admitCallers(scope, services);
    healthRoutes(scope, services);
    metricsRoutes(scope, services);
  });
  servePlayground(app);
  const { access } = services;
  await registerGraphql(app, {
    services,
    introspection,
    anonymousReads: access.readsAreOpen,
    authenticate: (authorization) => access.callerOf(authorization),
    admit: (request) => access.admit(request),
  });
  await app.register(async (scope) => webPage(scope, webDir));
  app.setNotFoundHandler(async (request) => {
    throw new PatronusError('not_found', `there is nothing at ${request.method} ${request.url.slice(0, 200)}`);
  });
  return app;
}

/** A client that is gone does not answer a close; waiting longer would only delay the stop. */
const closeGraceMs = 500;

/** Ends connections that asked to become a WebSocket and were refused, and at the stop those that became one. */
function closeUpgrades(app: FastifyInstance): void {
  const upgraded = new Set<Duplex>();
  app.server.on('upgrade', (_request, socket) => {
    upgraded.add(socket);
    socket.on('close', () => upgraded.delete(socket));
  });
  app.addHook('onResponse', async (request) => {
    if (request.headers.upgrade !== undefined) request.raw.socket.destroy();
  });
  app.addHook('preClose', async () => {
    setTimeout(() => {
      for (const socket of upgraded) socket.destroy();
    }, closeGraceMs).unref();
  });
}

/** Only our own files and our own address; nothing inline. */
const contentPolicy = {
  'default-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'img-src': ["'self'", 'data:'],
  'object-src': ["'none'"],
};

const openapi = {
  openapi: '3.1.0',
  info: { title: 'Patronus controller', version: '1', description: 'Times are unix ms; errors are RFC 9457 problems.' },
  components: { securitySchemes: { bearer: { type: 'http' as const, scheme: 'bearer' } } },
  security: [{ bearer: [] }],
} satisfies SwaggerOptions['openapi'];

function tooMany(ttlMs: number): Error {
  const retryAfterSeconds = Math.ceil(ttlMs / 1_000);
  return new PatronusError('rate_limited', `too many tries; wait ${retryAfterSeconds} s`, {
    facts: { retryAfterSeconds },
  });
}

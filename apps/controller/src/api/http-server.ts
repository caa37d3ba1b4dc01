import type { Duplex } from 'node:stream';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import websocket from '@fastify/websocket';
import { PatronusError } from '@patronus/core';
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { handleProtocols } from 'graphql-ws';
import type { Logger } from 'pino';
import type { Actor } from '../audit/index.ts';
import type { Caller } from '../auth/index.ts';
import { checkOrigin, isLoopback } from './access.ts';
import type { ApiServices } from './api-services.ts';
import { compression } from './compression.ts';
import { registerGraphql, servePlayground } from './graphql/index.ts';
import { guardRoutes } from './guard-routes.ts';
import { useProblemDocuments } from './http-errors.ts';
import { docsPage } from './rest/docs-page.ts';
import { healthRoutes } from './rest/health-routes.ts';
import { keySetRoute } from './rest/key-routes.ts';
import { metricsRoutes } from './rest/metrics-routes.ts';
import { openapi } from './rest/openapi.ts';
import { restApi } from './rest/rest-api.ts';
import { useSecurityHeaders } from './security-headers.ts';
import { validatorCompiler } from './validation.ts';
import { webPage } from './web-page.ts';

declare module 'fastify' {
  /** On routes of the REST API. */
  interface FastifyRequest {
    /** Who asks; null for nobody. */
    caller: Caller | null;
    /** Who answers for it. */
    actor: Actor;
  }
}

export interface HttpServerParts {
  readonly services: ApiServices;
  readonly host: string;
  readonly webDir: string;
  /** Proxies whose word on addresses counts; null for none. */
  readonly trustedProxies: string | null;
  /** Whether GraphQL tells its schema. */
  readonly introspection: boolean;
  readonly logger: Logger;
}

/** Everything that people and programs reach over HTTP: REST, GraphQL, the web page. It does not listen yet. */
export async function createHttpServer(parts: HttpServerParts): Promise<FastifyInstance> {
  const { services, host, webDir, logger, introspection, trustedProxies } = parts;
  const loggerInstance: FastifyBaseLogger = logger;
  const app = fastify({
    loggerInstance,
    trustProxy: trustedProxies ?? false,
    logController: new LogController({ disableRequestLogging: true }),
    // Nothing is logged that would have to be told apart by request.
    childLoggerFactory: (shared) => shared,
    ...timeLimits,
    // The same schema is promised under both addresses.
    rewriteUrl: ({ url = '/' }) => url.replace(/^\/api\/v2\/graphql(?=$|\?)/, '/graphql'),
  });
  app.setValidatorCompiler(validatorCompiler);
  // Response schemas describe; they do not filter.
  app.setSerializerCompiler(() => JSON.stringify);
  useProblemDocuments(app);
  const isBoundToLoopback = isLoopback(host);
  app.addHook('onRequest', (request, _reply, done) => {
    checkOrigin(request, isBoundToLoopback);
    done();
  });
  closeUpgrades(app);
  useSecurityHeaders(app);
  await app.register(cookie);
  await app.register(websocket, { options: { maxPayload: maxMessage, handleProtocols } });
  await app.register(swagger, openapi);
  const { answers } = services;
  await app.register(
    async (scope) => {
      guardRoutes(scope, services.access);
      compressLists(scope);
      await scope.register(compress, compression);
      restApi(scope.withTypeProvider<TypeBoxTypeProvider>(), services, answers);
      scope.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
    },
    { prefix: '/api/v1' },
  );
  await app.register(swaggerUi, docsPage(webDir));
  await app.register(async (scope) => {
    guardRoutes(scope, services.access);
    healthRoutes(scope, services);
    metricsRoutes(scope, services);
    keySetRoute(scope, services);
  });
  servePlayground(app, webDir);
  await registerGraphql(app, { services, introspection, answers, access: services.access });
  await app.register(async (scope) => webPage(scope, webDir));
  app.setNotFoundHandler(async (request) => {
    throw new PatronusError('not_found', `there is nothing at ${request.method} ${request.url.slice(0, 200)}`);
  });
  return app;
}

/** Lists repeat themselves. Single things stay as they are: their entity tags are strong, and would differ. */
function compressLists(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const { querystring } = (route.schema ?? {}) as { querystring?: { properties?: object } };
    if (!('limit' in (querystring?.properties ?? {}))) route.compress = false;
  });
}

/** Messages that clients send on WebSockets are queries. */
const maxMessage = 256 * 1024;

/**
 * How long a client may take: some seconds for the head of a request, 30 s for all of it, five minutes without a byte either
 * way. Shorter would cut people off who are on slow lines; longer would let a few machines hold every socket.
 */
const timeLimits = {
  http: { headersTimeout: 8_000, connectionsCheckingInterval: 1_000 },
  requestTimeout: 30_000,
  connectionTimeout: 300_000,
};

/** A client that is gone does not answer a close; waiting longer would only delay the stop. */
const closeGraceMs = 500;

/** Ends connections that asked to become a WebSocket and were refused, and at the stop those that became one. */
function closeUpgrades(app: FastifyInstance): void {
  const upgraded = new Set<Duplex>();
  app.server.on('upgrade', (_request, socket) => {
    upgraded.add(socket);
    socket.on('close', () => upgraded.delete(socket));
  });
  app.addHook('onResponse', (request, _reply, done) => {
    if (request.headers.upgrade !== undefined) request.raw.socket.destroy();
    done();
  });
  app.addHook('preClose', async () => {
    setTimeout(() => {
      for (const socket of upgraded) socket.destroy();
    }, closeGraceMs).unref();
  });
}

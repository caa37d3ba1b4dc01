import type { Duplex } from 'node:stream';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import swagger, { type FastifyDynamicSwaggerOptions as SwaggerOptions } from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { PatronusError } from '@patronus/core';
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Actor } from '../audit/index.ts';
import type { Caller } from '../auth/index.ts';
import { checkOrigin, isLoopback } from './access.ts';
import type { ApiServices } from './api-services.ts';
import { registerGraphql, servePlayground } from './graphql/index.ts';
import { guardRoutes } from './guard-routes.ts';
import { useProblemDocuments } from './http-errors.ts';
import { healthRoutes } from './rest/health-routes.ts';
import { keySetRoute } from './rest/key-routes.ts';
import { restApi } from './rest/rest-api.ts';
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
  await app.register(cookie);
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: contentPolicy },
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  });
  app.addHook('onRequest', async (request, reply) => {
    // Browsers heed it only over TLS, which a proxy before the controller speaks.
    if (request.protocol !== 'https') return;
    void reply.header('strict-transport-security', `max-age=${strictTransportSeconds}; includeSubDomains`);
  });
  await app.register(swagger, { openapi });
  await app.register(
    async (scope) => {
      guardRoutes(scope, services.access);
      restApi(scope.withTypeProvider<TypeBoxTypeProvider>(), services);
      scope.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
    },
    { prefix: '/api/v1' },
  );
  await app.register(async (scope) => {
    guardRoutes(scope, services.access);
    healthRoutes(scope, services);
    keySetRoute(scope, services);
  });
  servePlayground(app);
  await registerGraphql(app, { services, introspection, access: services.access });
  await app.register(async (scope) => webPage(scope, webDir));
  app.setNotFoundHandler(async (request) => {
    throw new PatronusError('not_found', `there is nothing at ${request.method} ${request.url.slice(0, 200)}`);
  });
  return app;
}

/** A year, as browsers want for a promise to be kept. */
const strictTransportSeconds = 31_536_000;

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

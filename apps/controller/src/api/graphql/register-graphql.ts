import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { mercurius } from 'mercurius';
import { PatronusError } from '@patronus/core';
import { originOf, type Caller } from '../../auth/index.ts';
import type { Access } from '../access.ts';
import { siteOf } from '../passkey-site.ts';
import { sessionCookie } from '../session-cookie.ts';
import { codedError } from './coded-error.ts';
import type { GraphqlContext, GraphqlServices } from './graphql-services.ts';
import { graphqlSchema } from './schema.ts';

export interface GraphqlParts {
  readonly services: GraphqlServices;
  readonly access: Access;
  readonly introspection: boolean;
}

/** Serves the schema at `/graphql`, over HTTP and WebSocket (sub-protocol graphql-transport-ws). */
export async function registerGraphql(app: FastifyInstance, parts: GraphqlParts): Promise<void> {
  const { services, access } = parts;
  const context = (request: FastifyRequest) => ({
    services,
    access,
    site: siteOf(request),
    ...originOf(request),
  });
  await app.register(mercurius, {
    schema: graphqlSchema,
    path: '/graphql',
    graphiql: false,
    jit: 1,
    allowBatchedQueries: false,
    additionalRouteOptions: { bodyLimit: 256 * 1024 },
    ...(parts.introspection ? {} : { validationRules: [noIntrospection] }),
    context: async (request: FastifyRequest): Promise<GraphqlContext> => {
      const caller = await access.callerOfRequest(request, operation);
      return { ...context(request), caller, currentCaller: () => caller };
    },
    subscription: {
      fullWsTransport: true,
      keepAlive: 15_000,
      context: async (_socket: unknown, request: FastifyRequest) => {
        const [shared, cookie] = [context(request), sessionCookie(request)];
        return { ...shared, caller: null, currentCaller: cookieCaller(access, cookie, shared.address) };
      },
      // Joined with the context that the connection has already.
      onConnect: async ({ payload }: { payload?: ConnectionInit }) => {
        if (payload?.authorization === undefined) return true;
        const caller = await access.callerOf(payload.authorization, null);
        return { caller, currentCaller: () => access.confirm(caller) };
      },
    },
    errorFormatter: (
      execution: { data?: unknown; errors?: readonly GraphQLError[] },
      answered: Partial<GraphqlContext> | undefined,
    ) => ({
      // Set where an operation was asked for too often; all else is told within the answer.
      statusCode: answered?.reply?.statusCode === 429 ? 429 : 200,
      response: { data: execution.data ?? null, errors: (execution.errors ?? []).flatMap(shownErrors) },
    }),
  } as never);
}

/** What a WebSocket is opened with. */
interface ConnectionInit {
  readonly authorization?: string;
  readonly csrf_token?: string;
}

/** Where mercurius keeps it. */
const initKey = '_connectionInit';

const operation = 'GraphQL';

/** The caller of a WebSocket by the cookie of its page; the message that opened it has the CSRF token. */
const cookieCaller = (access: Access, cookie: string | null, address: string | null) =>
  async function (this: { readonly [initKey]?: ConnectionInit }): Promise<Caller | null> {
    if (cookie === null) return null;
    return access.callerOfCookie(cookie, { shown: this[initKey]?.csrf_token ?? '', address, operation });
  };

/**
 * Our errors with code and fields; the words of GraphQL's own, which mercurius wraps when a whole operation is refused;
 * nothing of what was not expected.
 */
function shownErrors(error: GraphQLError): GraphQLError[] {
  const original: unknown = error.originalError ?? undefined;
  const refused = (original ?? error) as { errors?: readonly GraphQLError[]; code?: unknown };
  if (Array.isArray(refused.errors)) return refused.errors.flatMap(shownErrors);
  const isGraphqlOwn = original === undefined || original instanceof GraphQLError || isMercurius(refused.code);
  return [isGraphqlOwn ? error : codedError(original, error)];
}

const isMercurius = (code: unknown): boolean => typeof code === 'string' && code.startsWith('MER_');

const noIntrospection = (context: { reportError(error: GraphQLError): void }) => ({
  Field(node: { name: { value: string } }) {
    if (node.name.value !== '__schema' && node.name.value !== '__type') return;
    context.reportError(new GraphQLError(new PatronusError('forbidden', 'introspection is switched off').message));
  },
});

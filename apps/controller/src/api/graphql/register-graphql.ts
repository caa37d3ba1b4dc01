import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { mercurius } from 'mercurius';
import { PatronusError } from '@patronus/core';
import { plainAddress } from '../../audit/index.ts';
import type { Caller } from '../../auth/index.ts';
import { problemDocument } from '../problem.ts';
import type { GraphqlContext, GraphqlServices } from './graphql-services.ts';
import { graphqlSchema } from './schema.ts';

export interface GraphqlParts {
  readonly services: GraphqlServices;
  readonly introspection: boolean;
  /** Who a request comes from by its `Authorization` value, null for nobody. Errors: `unauthenticated`. */
  authenticate(authorization: string | undefined): Promise<Caller | null>;
  readonly admit: GraphqlContext['admit'];
  /** Whether everybody may read. */
  readonly anonymousReads: boolean;
}

/** Serves the schema at `/graphql`, over HTTP and WebSocket (sub-protocol graphql-transport-ws). */
export async function registerGraphql(app: FastifyInstance, parts: GraphqlParts): Promise<void> {
  const rights = (caller: Caller | null) => ({ caller, mayRead: parts.anonymousReads || caller !== null });
  const context = (request: FastifyRequest, caller: Caller | null): GraphqlContext => ({
    services: parts.services,
    address: plainAddress(request.ip),
    admit: (wanted) => parts.admit(wanted),
    ...rights(caller),
  });
  await app.register(mercurius, {
    schema: graphqlSchema,
    path: '/graphql',
    graphiql: false,
    jit: 1,
    allowBatchedQueries: false,
    additionalRouteOptions: { bodyLimit: 256 * 1024 },
    ...(parts.introspection ? {} : { validationRules: [noIntrospection] }),
    context: async (request: FastifyRequest) =>
      context(request, await parts.authenticate(request.headers.authorization)),
    subscription: {
      fullWsTransport: true,
      keepAlive: 15_000,
      context: async (_socket: unknown, request: FastifyRequest) => context(request, null),
      // Joined with the context that the connection has already.
      onConnect: async ({ payload }: { payload?: { authorization?: string } }) =>
        rights(await parts.authenticate(payload?.authorization)),
    },
    errorFormatter: (execution: { data?: unknown; errors?: readonly GraphQLError[] }) => ({
      statusCode: 200,
      response: { data: execution.data ?? null, errors: (execution.errors ?? []).flatMap(shownErrors) },
    }),
  } as never);
}

/**
 * Our errors with code and fields; the words of GraphQL's own, which mercurius wraps when a whole operation is refused;
 * nothing of what was not expected.
 */
function shownErrors(error: GraphQLError): GraphQLError[] {
  const original: unknown = error.originalError ?? undefined;
  const refused = (original ?? error) as { errors?: readonly GraphQLError[]; code?: unknown };
  if (Array.isArray(refused.errors)) return refused.errors.flatMap(shownErrors);
  const isGraphqlOwn = original === undefined || original instanceof GraphQLError || isMercurius(refused.code);
  return [isGraphqlOwn ? error : ourError(error, original)];
}

const isMercurius = (code: unknown): boolean => typeof code === 'string' && code.startsWith('MER_');

function ourError(graphql: GraphQLError, original: unknown): GraphQLError {
  const { body } = problemDocument(original);
  return new GraphQLError(body.detail, {
    ...(graphql.nodes === undefined ? {} : { nodes: graphql.nodes }),
    ...(graphql.path === undefined ? {} : { path: graphql.path }),
    extensions: { code: body.code, ...(body.problems === undefined ? {} : { problems: body.problems }) },
  });
}

const noIntrospection = (context: { reportError(error: GraphQLError): void }) => ({
  Field(node: { name: { value: string } }) {
    if (node.name.value !== '__schema' && node.name.value !== '__type') return;
    context.reportError(new GraphQLError(new PatronusError('forbidden', 'introspection is switched off').message));
  },
});

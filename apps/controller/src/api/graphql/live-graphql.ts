import type { FastifyRequest } from 'fastify';
import { getOperationAST, GraphQLError, OperationTypeNode } from 'graphql';
import { makeHandler } from 'graphql-ws/use/@fastify/websocket';
import { plainAddress } from '../../audit/index.ts';
import type { Caller } from '../../auth/index.ts';
import { sessionCookie } from '../session-cookie.ts';
import { graphqlContext, type GraphqlParts } from './graphql-parts.ts';
import type { GraphqlContext } from './graphql-services.ts';
import type { Operations } from './operations.ts';
import { graphqlSchema } from './schema.ts';
import { asGraphqlError, shownError } from './shown-errors.ts';

/** Subscriptions that one connection may have at a time: a page needs three. */
const maxSubscriptions = 50;
/** A connection that does not answer a ping until the next one is over. */
const keepAliveMs = 15_000;

/** What a connection is opened with. */
type ConnectionInit = { readonly authorization?: string; readonly csrf_token?: string };

type Asker = {
  caller?: Caller | null;
  currentCaller?: GraphqlContext['currentCaller'];
};

/**
 * Serves GraphQL on WebSockets (sub-protocol graphql-transport-ws). Who asks is told by `authorization` in the payload of
 * `connection_init`, by the header of the request, or by the cookie of a page with the CSRF token in the payload. Nothing is
 * sent before what was sent has left, so that a slow reader falls behind at its event stream and not in memory.
 */
export function liveGraphql(parts: GraphqlParts, operations: Operations) {
  return makeHandler<ConnectionInit, Asker>(
    {
      schema: graphqlSchema,
      onConnect: async ({ connectionParams, extra }) => {
        try {
          Object.assign(extra, await askerOf(parts, extra.request, connectionParams ?? {}));
        } catch {
          return false;
        }
        return true;
      },
      onSubscribe: ({ extra, subscriptions }, _id, { query, operationName, variables }) => {
        if (Object.keys(subscriptions).length > maxSubscriptions) {
          return [new GraphQLError(`a connection takes ${maxSubscriptions} subscriptions; end one first`)];
        }
        try {
          const document = operations.parse(query);
          const errors = operations.validate(document);
          if (errors.length > 0) return errors;
          const contextValue = graphqlContext(parts, extra.request, extra.caller ?? null, extra.currentCaller);
          return { schema: graphqlSchema, document, operationName, variableValues: variables, contextValue };
        } catch (thrown) {
          return [asGraphqlError(thrown)];
        }
      },
      // A stream that is refused is an error of the protocol, and no answer without data.
      onOperation: (_context, _id, _payload, { document, operationName }, result) => {
        const isStream = getOperationAST(document, operationName)?.operation === OperationTypeNode.SUBSCRIPTION;
        const [refusal] = isStream && 'errors' in result ? (result.errors ?? []) : [];
        return refusal === undefined ? undefined : refusedStream(refusal);
      },
      onNext: (_context, _id, _payload, _args, result) => {
        if (result.errors === undefined) return;
        return { data: result.data ?? null, errors: result.errors.map((error) => shownError(error).toJSON()) };
      },
      onError: (_context, _id, _payload, errors) => errors.map((error) => shownError(error).toJSON()),
    },
    keepAliveMs,
  );
}

// eslint-disable-next-line require-yield
async function* refusedStream(refusal: GraphQLError): AsyncGenerator<never, void, void> {
  throw shownError(refusal);
}

/** Errors: `unauthenticated` for a token that is not valid. A cookie is judged when something is asked for. */
async function askerOf({ access }: GraphqlParts, request: FastifyRequest, init: ConnectionInit): Promise<Asker> {
  const address = plainAddress(request.ip);
  const cookie = sessionCookie(request);
  const authorization = init.authorization ?? request.headers.authorization;
  if (authorization === undefined && cookie !== null) {
    const proof = { shown: init.csrf_token ?? '', address, operation: 'GraphQL' };
    return { caller: null, currentCaller: () => access.callerOfCookie(cookie, proof) };
  }
  const caller = await access.callerOf(authorization, address);
  return { caller, currentCaller: () => access.confirm(caller) };
}

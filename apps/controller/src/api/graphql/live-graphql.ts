import { GraphQLError } from 'graphql';
import { makeHandler } from 'graphql-ws/use/@fastify/websocket';
import type { Caller } from '../../auth/index.ts';
import { graphqlContext, type GraphqlParts } from './graphql-parts.ts';
import type { Operations } from './operations.ts';
import { graphqlSchema } from './schema.ts';
import { asGraphqlError, shownError } from './shown-errors.ts';

/** Subscriptions that one connection may have at a time: a page needs three. */
const maxSubscriptions = 50;
/** A connection that does not answer a ping until the next one is over. */
const keepAliveMs = 15_000;
/** `Forbidden` of the protocol. */
const forbidden = 4403;

/**
 * Serves GraphQL on WebSockets (sub-protocol graphql-transport-ws). Who asks is told by `authorization` in the payload of
 * `connection_init`, or by the header of the request; a connection whose sign-in has ended is closed before it hears more.
 * Nothing is sent before what was sent has left, so that a slow reader falls behind at its event stream and not in memory.
 */
export function liveGraphql(parts: GraphqlParts, operations: Operations) {
  return makeHandler<{ authorization?: string }, { caller?: Caller | null; authorization?: string | undefined }>(
    {
      schema: graphqlSchema,
      onConnect: async ({ connectionParams, extra }) => {
        const told = connectionParams?.authorization ?? extra.request.headers.authorization;
        extra.authorization = typeof told === 'string' ? told : undefined;
        try {
          extra.caller = await parts.authenticate(extra.authorization);
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
          const contextValue = graphqlContext(parts, extra.request, extra.caller ?? null);
          return { schema: graphqlSchema, document, operationName, variableValues: variables, contextValue };
        } catch (thrown) {
          return [asGraphqlError(thrown)];
        }
      },
      onNext: async ({ extra }, _id, _payload, _args, result) => {
        try {
          await parts.authenticate(extra.authorization);
        } catch {
          extra.socket.close(forbidden, 'the sign-in has ended');
        }
        if (result.errors === undefined) return;
        return { data: result.data ?? null, errors: result.errors.map((error) => shownError(error).toJSON()) };
      },
      onError: (_context, _id, _payload, errors) => errors.map((error) => shownError(error).toJSON()),
    },
    keepAliveMs,
  );
}

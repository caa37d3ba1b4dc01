import type { FastifyRequest } from 'fastify';
import { plainAddress } from '../../audit/index.ts';
import type { Caller } from '../../auth/index.ts';
import type { AnswerCache } from '../answer-cache.ts';
import type { GraphqlContext, GraphqlServices } from './graphql-services.ts';
import { loadersFor } from './loaders.ts';

/** What GraphQL is served with. */
export interface GraphqlParts {
  readonly services: GraphqlServices;
  readonly introspection: boolean;
  readonly answers: AnswerCache;
  /** Who a request comes from by its `Authorization` value, null for nobody. Errors: `unauthenticated`. */
  authenticate(authorization: string | undefined): Promise<Caller | null>;
  readonly admit: GraphqlContext['admit'];
  /** Whether everybody may read. */
  readonly anonymousReads: boolean;
}

export function graphqlContext(parts: GraphqlParts, request: FastifyRequest, caller: Caller | null): GraphqlContext {
  const key = request.headers['idempotency-key'];
  return {
    services: parts.services,
    loaders: loadersFor(parts.services),
    address: plainAddress(request.ip),
    admit: (wanted) => parts.admit(wanted),
    caller,
    mayRead: parts.anonymousReads || caller !== null,
    idempotencyKey: typeof key === 'string' ? key : undefined,
  };
}

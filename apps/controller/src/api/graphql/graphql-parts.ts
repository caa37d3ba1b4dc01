import type { FastifyRequest } from 'fastify';
import { originOf, type Caller } from '../../auth/index.ts';
import type { Access } from '../access.ts';
import { siteOf } from '../passkey-site.ts';
import type { AnswerCache } from '../answer-cache.ts';
import type { GraphqlContext, GraphqlServices } from './graphql-services.ts';
import { loadersFor } from './loaders.ts';

/** What GraphQL is served with. */
export interface GraphqlParts {
  readonly services: GraphqlServices;
  readonly access: Access;
  readonly introspection: boolean;
  readonly answers: AnswerCache;
}

/** `currentCaller` tells who asks as things stand when it is called. */
export function graphqlContext(
  { services, access }: GraphqlParts,
  request: FastifyRequest,
  caller: Caller | null,
  currentCaller: GraphqlContext['currentCaller'] = () => caller,
): GraphqlContext {
  const key = request.headers['idempotency-key'];
  return {
    services,
    access,
    loaders: loadersFor(services),
    site: siteOf(request),
    ...originOf(request),
    caller,
    currentCaller,
    idempotencyKey: typeof key === 'string' ? key : undefined,
  };
}

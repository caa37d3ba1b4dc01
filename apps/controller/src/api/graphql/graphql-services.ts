import type { FastifyReply } from 'fastify';
import type { GraphQLResolveInfo } from 'graphql';
import type { Actor } from '../../audit/index.ts';
import type { Caller, Origin } from '../../auth/index.ts';
import type { PasskeySite } from '../../services/passkey-service.ts';
import { actorOf, type Access } from '../access.ts';
import type { ApiServices } from '../api-services.ts';
import type { Loaders } from './loaders.ts';

/** The services that operations are answered by. */
export type GraphqlServices = Omit<ApiServices, 'access' | 'store'>;

/** What every operation knows. */
export interface GraphqlContext extends Origin {
  readonly services: GraphqlServices;
  readonly loaders: Loaders;
  /** The `Idempotency-Key` of the request, where it has one. */
  readonly idempotencyKey?: string | undefined;
  /** Who asks; null for nobody. By the time a resolver runs they may do what it does. */
  readonly caller: Caller | null;
  readonly access: Access;
  /** The page that the request came from. */
  readonly site: PasskeySite;
  /** The HTTP answer to be; absent on a WebSocket. */
  readonly reply?: FastifyReply;
  /** Who asks as things stand now, where a connection outlives a request. Errors: `unauthenticated`. */
  currentCaller(): Promise<Caller | null> | Caller | null;
}

/** Whoever answers for what a resolver does. */
export const actorIn = ({ caller, address }: GraphqlContext): Actor => actorOf(caller, address);

/** To be asked by resolvers for things that belong to users, once it is known whose. Errors: `unauthenticated`, `forbidden`. */
export async function admitOwner(
  { caller, address, access }: GraphqlContext,
  { parentType, fieldName }: Pick<GraphQLResolveInfo, 'parentType' | 'fieldName'>,
  ownerId: string | null,
): Promise<void> {
  await access.admit({ caller, address, operation: `${parentType.name}.${fieldName}`, ownerId });
}

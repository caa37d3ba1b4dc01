import type { Actor } from '../../audit/index.ts';
import type { Caller } from '../../auth/index.ts';
import type { AccessRequest } from '../access.ts';
import type { ApiServices } from '../api-services.ts';
import type { Loaders } from './loaders.ts';

/** The services that operations are answered by. */
export type GraphqlServices = Omit<ApiServices, 'access' | 'signIn' | 'store'>;

/** What every operation knows. */
export interface GraphqlContext {
  readonly services: GraphqlServices;
  readonly loaders: Loaders;
  /** Who asks; null for nobody. */
  readonly caller: Caller | null;
  /** Where the request came from. */
  readonly address: string | null;
  /** Whoever answers for an operation, once they may do it. Errors: `unauthenticated`, `forbidden`. */
  admit(request: AccessRequest): Promise<Actor>;
  /** The `Idempotency-Key` of the request, where it has one. */
  readonly idempotencyKey?: string | undefined;
  /** Whether the caller may read. */
  readonly mayRead: boolean;
}

/** The caller of a resolver, where their role is enough. Errors: `unauthenticated`, `forbidden`. */
export const admitted = (
  { caller, address, admit }: GraphqlContext,
  level: AccessRequest['level'],
  { fieldName }: { readonly fieldName: string },
): Promise<Actor> => admit({ caller, address, level, operation: fieldName });

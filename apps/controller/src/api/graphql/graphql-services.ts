import type { Caller } from '../../auth/index.ts';
import type { ApiServices } from '../api-services.ts';

/** The services that operations are answered by. */
export type GraphqlServices = Omit<ApiServices, 'access' | 'signIn' | 'store'>;

/** What every operation knows. */
export interface GraphqlContext {
  readonly services: GraphqlServices;
  /** Who asks; null for nobody. */
  readonly caller: Caller | null;
  /** Whether the caller may read. */
  readonly mayRead: boolean;
}

import type { FastifyRequest } from 'fastify';
import { plainAddress, type Actor } from '../../audit/index.ts';
import type { AccessLevel } from '../access.ts';
import type { ApiServices } from '../api-services.ts';

/** Whoever answers for a request, once they may do what asks for this level. Errors: `unauthenticated`, `forbidden`. */
export async function admitAs(
  level: AccessLevel,
  request: FastifyRequest,
  { access }: Pick<ApiServices, 'access'>,
): Promise<Actor> {
  const caller = await access.callerOf(request.headers.authorization);
  const operation = `${request.method} ${request.routeOptions.url ?? ''}`;
  return access.admit({ caller, address: plainAddress(request.ip), level, operation });
}

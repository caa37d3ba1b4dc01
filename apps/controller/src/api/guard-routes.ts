import type { FastifyInstance, FastifyRequest } from 'fastify';
import { plainAddress } from '../audit/index.ts';
import type { Access } from './access.ts';
import { permissionFor } from './permissions.ts';

/**
 * Has every route of this scope judged by the table of permissions before its input is read. A route that the table does not
 * have cannot be registered.
 */
export function guardRoutes(app: Pick<FastifyInstance, 'addHook'>, access: Access): void {
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) permissionFor(operationName(each, url));
  });
  app.addHook('onRequest', async (request) => {
    const operation = operationName(request.method, request.routeOptions.url ?? '');
    request.caller = await access.callerOfRequest(request, operation);
    request.actor = await access.admit({ caller: request.caller, address: plainAddress(request.ip), operation });
  });
}

/** HEAD answers what GET does, without the body. */
export const operationName = (method: string, url: string): string => `${method === 'HEAD' ? 'GET' : method} ${url}`;

/** To be asked by routes for things that belong to users, once it is known whose. Errors: `unauthenticated`, `forbidden`. */
export async function admitOwner(access: Access, request: FastifyRequest, ownerId: string | null): Promise<void> {
  const { caller, actor, method, routeOptions } = request;
  const operation = operationName(method, routeOptions.url ?? '');
  await access.admit({ caller, address: actor.address, operation, ownerId });
}

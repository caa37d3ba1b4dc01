import DataLoader from 'dataloader';
import { PatronusError } from '@patronus/core';
import type { EndpointService, EndpointView } from '../../services/endpoint-service.ts';

/** Things that many objects of one answer refer to, each asked for once, all together. */
export interface Loaders {
  readonly endpoints: DataLoader<string, EndpointView>;
}

/** For one request: what is loaded is remembered until it is answered. */
export function loadersFor(services: { readonly endpoints: EndpointService }): Loaders {
  return {
    endpoints: new DataLoader<string, EndpointView>(async (ids) => {
      const found = new Map((await services.endpoints.listByIds(ids)).map((endpoint) => [endpoint.id, endpoint]));
      return ids.map(
        (id) => found.get(id) ?? new PatronusError('not_found', `the endpoint ${id} was deleted meanwhile`),
      );
    }),
  };
}

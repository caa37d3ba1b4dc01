import { steering, type Permission } from './permission-kinds.ts';

/** For what is done with paths beside reading them. Part of the table in `permissions.ts`. */
export const steeringPermissions = {
  'POST /api/v1/paths/:id/check': steering,
  'POST /api/v1/paths/:id/failover': steering,
  'DELETE /api/v1/paths/:id/failover': steering,
  'POST /api/v1/endpoints/:id/drain': steering,
  'DELETE /api/v1/endpoints/:id/drain': steering,
  'Mutation.checkPathHealth': steering,
  'Mutation.failoverPath': steering,
  'Mutation.releasePath': steering,
  'Mutation.drainEndpoint': steering,
  'Mutation.undrainEndpoint': steering,
} as const satisfies Readonly<Record<string, Permission>>;

import type { Role, Scope } from '../auth/index.ts';

/** Who may do something: anyone, whoever may read the network, or callers of at least a role. */
export type AccessLevel = 'open' | 'read' | Role;

export interface Permission {
  /** Who may do it at all; where `foreign` is told, with what is their own. */
  readonly least: AccessLevel;
  /** Who may do it with what belongs to another user; absent where nothing belongs to users. */
  readonly foreign?: Role;
  /** What an API key must have for it; null: no API key may, only somebody who signed in. */
  readonly scope: Scope | null;
  /** A stricter limit than the usual one, counted together for all operations that have it. */
  readonly limit?: 'sign_in' | 'renewal';
}

const open: Permission = { least: 'open', scope: null };
const signingIn: Permission = { least: 'open', scope: null, limit: 'sign_in' };
const renewing: Permission = { least: 'open', scope: null, limit: 'renewal' };
const reading: Permission = { least: 'read', scope: 'network:read' };
const changing: Permission = { least: 'operator', scope: 'network:write' };
const removing: Permission = { least: 'admin', scope: 'network:write' };
const steering: Permission = { least: 'operator', scope: 'paths:operate' };
const enrolling: Permission = { least: 'admin', scope: 'edges:write' };
const auditing: Permission = { least: 'admin', scope: 'audit:read' };
const maintaining: Permission = { least: 'admin', scope: 'system:write' };
const seeingUsers: Permission = { least: 'admin', scope: 'users:read' };
const managingUsers: Permission = { least: 'admin', scope: 'users:write' };
/** What users may do with what is their own, and administrators with all. */
const seeingOwn: Permission = { least: 'viewer', foreign: 'admin', scope: 'users:read' };
const managingOwn: Permission = { least: 'viewer', foreign: 'admin', scope: null };
/** What users prove or change by a password or code, and nobody for another. */
const proving: Permission = { least: 'viewer', scope: null, limit: 'sign_in' };

/**
 * The least role for every operation, at both doors: GraphQL fields as `Mutation.deleteSite`, REST routes as
 * `DELETE /api/v1/sites/:site`; HEAD is as GET. What is not listed cannot be started, see `guard-routes.ts` and
 * `graphql/guard-fields.ts`.
 */
export const permissions: Readonly<Record<string, Permission>> = {
  'GET /health': open,
  'GET /health/live': open,
  'GET /health/ready': open,
  'GET /api/v1/health': open,
  'GET /api/v1/health/live': open,
  'GET /api/v1/health/ready': open,
  'GET /api/v1/openapi.json': open,
  'GET /api/v1/auth/methods': open,
  'POST /api/v1/auth/login': signingIn,
  'POST /api/v1/auth/setup': signingIn,
  'POST /api/v1/auth/refresh': renewing,
  'POST /api/v1/auth/logout': renewing,
  'POST /api/v1/auth/cookie': signingIn,
  'POST /api/v1/auth/cookie/passkey': signingIn,
  'POST /api/v1/auth/passkey': signingIn,
  'POST /api/v1/auth/passkey/options': signingIn,
  'GET /api/v1/auth/cookie': { least: 'viewer', scope: null },
  'DELETE /api/v1/auth/cookie': { least: 'viewer', scope: null },

  'GET /api/v1/account': { least: 'viewer', scope: 'users:read' },
  'PUT /api/v1/account/password': proving,
  'POST /api/v1/account/totp': proving,
  'POST /api/v1/account/totp/confirmation': proving,
  'POST /api/v1/account/totp/removal': proving,
  'POST /api/v1/account/recovery-codes': proving,
  'GET /api/v1/passkeys': seeingOwn,
  'POST /api/v1/passkeys/options': proving,
  'POST /api/v1/passkeys': proving,
  'DELETE /api/v1/passkeys/:id': managingOwn,
  'GET /api/v1/sessions': seeingOwn,
  'DELETE /api/v1/sessions/:id': managingOwn,
  'DELETE /api/v1/users/:user/sessions': managingOwn,
  'GET /api/v1/api-keys': seeingOwn,
  'GET /api/v1/api-keys/:id': seeingOwn,
  'POST /api/v1/api-keys': managingOwn,
  'PATCH /api/v1/api-keys/:id': managingOwn,
  'DELETE /api/v1/api-keys/:id': managingOwn,
  'POST /api/v1/api-keys/:id/restore': managingOwn,
  'GET /api/v1/users': seeingUsers,
  'GET /api/v1/users/:user': seeingOwn,
  'POST /api/v1/users': managingUsers,
  'PATCH /api/v1/users/:user': managingUsers,
  'DELETE /api/v1/users/:user': managingUsers,
  'POST /api/v1/users/:user/restore': managingUsers,
  'PUT /api/v1/users/:user/password': managingUsers,
  'POST /api/v1/users/:user/password-link': managingUsers,
  'DELETE /api/v1/users/:user/totp': managingUsers,
  'GET /.well-known/jwks.json': open,
  'GET /api/v1/signing-keys': maintaining,
  'POST /api/v1/signing-keys': maintaining,
  'POST /api/v1/secret-keys': maintaining,

  'GET /api/v1/sites': reading,
  'GET /api/v1/sites/:site': reading,
  'GET /api/v1/sites/:site/document': reading,
  'GET /api/v1/sites/:site/dependencies': reading,
  'POST /api/v1/sites': changing,
  'PATCH /api/v1/sites/:site': changing,
  'DELETE /api/v1/sites/:site': removing,
  'POST /api/v1/sites/:site/restore': removing,
  'GET /api/v1/endpoints': reading,
  'GET /api/v1/endpoints/:id': reading,
  'POST /api/v1/endpoints': changing,
  'PATCH /api/v1/endpoints/:id': changing,
  'DELETE /api/v1/endpoints/:id': changing,
  'GET /api/v1/transport-links': reading,
  'PUT /api/v1/transport-links': changing,
  'GET /api/v1/policies': reading,
  'GET /api/v1/policies/:id': reading,
  'POST /api/v1/policies': changing,
  'PATCH /api/v1/policies/:id': changing,
  'DELETE /api/v1/policies/:id': changing,
  'POST /api/v1/policies/:id/restore': changing,
  'GET /api/v1/decisions': reading,
  'GET /metrics': reading,
  'GET /api/v1/metrics': reading,
  'GET /api/v1/stats/policies': reading,
  'GET /api/v1/stats/policies/:id': reading,
  'POST /api/v1/stats/policies/:id/reset': changing,
  'GET /api/v1/stats/sites': reading,
  'GET /api/v1/stats/sites/:id': reading,
  'GET /api/v1/stats/endpoints': reading,
  'GET /api/v1/stats/endpoints/:id': reading,
  'GET /api/v1/stats/paths': reading,
  'GET /api/v1/stats/paths/:id': reading,
  'GET /api/v1/caches': reading,
  'POST /api/v1/caches/clear': maintaining,
  'GET /api/v1/paths': reading,
  'GET /api/v1/paths/left-out': reading,
  'GET /api/v1/paths/:id': reading,
  'GET /api/v1/paths/:id/metrics': reading,
  'POST /api/v1/paths/:id/check': steering,
  'POST /api/v1/paths/:id/failover': steering,
  'DELETE /api/v1/paths/:id/failover': steering,
  'GET /api/v1/events': reading,
  // Judged as `GET /api/v1/events` once the caller is known: pages of browsers tell who they are by a message.
  'GET /api/v1/ws/events': open,
  'GET /api/v1/events/:id': reading,
  'POST /api/v1/events/acknowledgements': changing,
  'GET /api/v1/event-sinks': maintaining,
  'GET /api/v1/event-sinks/:sink': maintaining,
  'POST /api/v1/event-sinks': maintaining,
  'PATCH /api/v1/event-sinks/:sink': maintaining,
  'DELETE /api/v1/event-sinks/:sink': maintaining,
  'POST /api/v1/event-sinks/:sink/test': maintaining,
  'POST /api/v1/event-sinks/:sink/secret': maintaining,
  'GET /api/v1/event-sinks/:sink/dead-letters': maintaining,
  'POST /api/v1/event-sinks/:sink/redeliveries': maintaining,
  'GET /api/v1/export': reading,
  'POST /api/v1/apply': changing,
  'GET /api/v1/audit': auditing,
  'GET /api/v1/audit/verification': auditing,
  'GET /api/v1/enrolment-keys': enrolling,
  'GET /api/v1/enrolment-keys/:id': enrolling,
  'POST /api/v1/enrolment-keys': enrolling,
  'DELETE /api/v1/enrolment-keys/:id': enrolling,
  'GET /api/v1/edges': reading,
  'GET /api/v1/edges/:id': reading,
  'DELETE /api/v1/edges/:id': enrolling,

  'Query.account': { least: 'viewer', scope: 'users:read' },
  'Query.users': seeingUsers,
  'Query.user': seeingOwn,
  'Query.sessions': seeingOwn,
  'Query.apiKeys': seeingOwn,
  'Query.apiKey': seeingOwn,
  'Mutation.createApiKey': managingOwn,
  'Mutation.updateApiKey': managingOwn,
  'Mutation.deleteApiKey': managingOwn,
  'Mutation.restoreApiKey': managingOwn,
  'Mutation.createUser': managingUsers,
  'Mutation.updateUser': managingUsers,
  'Mutation.deleteUser': managingUsers,
  'Mutation.restoreUser': managingUsers,
  'Mutation.setUserPassword': managingUsers,
  'Mutation.createPasswordLink': managingUsers,
  'Mutation.changePassword': proving,
  'Query.passkeys': seeingOwn,
  'Mutation.beginPasskey': proving,
  'Mutation.addPasskey': proving,
  'Mutation.deletePasskey': managingOwn,
  'Mutation.beginTotp': proving,
  'Mutation.confirmTotp': proving,
  'Mutation.removeTotp': proving,
  'Mutation.renewRecoveryCodes': proving,
  'Mutation.resetUserTotp': managingUsers,
  'Query.signingKeys': maintaining,
  'Mutation.rotateSigningKey': maintaining,
  'Mutation.rotateSecretKey': maintaining,
  'Mutation.endSession': managingOwn,
  'Mutation.endUserSessions': managingOwn,
  'Query.sitesPage': reading,
  'Query.endpointsPage': reading,
  'Query.pathsPage': reading,
  'Query.policiesPage': reading,
  'Query.decisionsPage': reading,
  'Query.eventsPage': reading,
  'Query.enrolmentKeysPage': enrolling,
  'Query.auditLogPage': auditing,
  'Query.edges': reading,
  'Query.edgesPage': reading,
  'Query.leftOutPairs': reading,
  'Query.leftOutPairsPage': reading,
  'Query.transportLinksVersion': reading,
  'Query.sites': reading,
  'Query.site': reading,
  'Query.siteDependencies': reading,
  'Query.endpoints': reading,
  'Query.endpoint': reading,
  'Query.transportLinks': reading,
  'Query.paths': reading,
  'Query.path': reading,
  'Query.pathMetrics': reading,
  'Query.policies': reading,
  'Query.policy': reading,
  'Query.decisions': reading,
  'Query.policyStats': reading,
  'Query.trafficStats': reading,
  'Query.trafficHistory': reading,
  'Query.cacheStats': reading,
  'Query.events': reading,
  'Query.export': reading,
  'Query.eventSinks': maintaining,
  'Query.eventSink': maintaining,
  'Query.deadLetters': maintaining,
  'Query.enrolmentKeys': enrolling,
  'Query.auditLog': auditing,
  'Mutation.createSite': changing,
  'Mutation.updateSite': changing,
  'Mutation.deleteSite': removing,
  'Mutation.restoreSite': removing,
  'Mutation.createEndpoint': changing,
  'Mutation.updateEndpoint': changing,
  'Mutation.deleteEndpoint': changing,
  'Mutation.setTransportLinks': changing,
  'Mutation.createPolicy': changing,
  'Mutation.updatePolicy': changing,
  'Mutation.deletePolicy': changing,
  'Mutation.restorePolicy': changing,
  'Mutation.resetPolicyStats': changing,
  'Mutation.checkPathHealth': steering,
  'Mutation.failoverPath': steering,
  'Mutation.releasePath': steering,
  'Mutation.acknowledgeEvents': changing,
  'Mutation.apply': changing,
  'Mutation.createEventSink': maintaining,
  'Mutation.updateEventSink': maintaining,
  'Mutation.deleteEventSink': maintaining,
  'Mutation.testEventSink': maintaining,
  'Mutation.renewEventSinkSecret': maintaining,
  'Mutation.redeliverEvents': maintaining,
  'Mutation.createEnrolmentKey': enrolling,
  'Mutation.deleteEnrolmentKey': enrolling,
  'Mutation.clearCache': maintaining,
  'Subscription.events': reading,
  'Subscription.pathMetrics': reading,
};

/** Throws for an operation that the table does not have: it must not exist. */
export function permissionFor(operation: string): Permission {
  const permission = permissions[operation];
  if (permission === undefined) throw new Error(`${operation} has no entry in api/permissions.ts; say who may do it`);
  return permission;
}

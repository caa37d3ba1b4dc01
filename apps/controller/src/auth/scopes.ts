/** What an API key can be allowed; what its user's role does not allow, it cannot do either. */
export const scopes = {
  'network:read': 'sites, endpoints, policies, paths, events and edges: looking at them',
  'network:write': 'sites, endpoints, policies and transport links: changing and deleting them',
  'paths:operate': 'checking paths, taking traffic off them and releasing them',
  'edges:write': 'enrolment keys, and removing edges',
  'audit:read': 'the audit log',
  'users:read': 'users, their sessions and API keys: looking at them',
  'users:write': 'users: creating, changing and deleting them',
  'system:write': 'clearing caches, and changing the keys of the controller',
} as const;

export type Scope = keyof typeof scopes;

export const scopeNames = Object.keys(scopes) as Scope[];

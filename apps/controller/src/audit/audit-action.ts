/** Everything that leaves a row in the audit log, and what it says; `docs/audit.md` shows the same. */
export const auditActions = {
  sign_in: 'a user signed in with a password',
  sign_in_failed: 'a sign-in was refused: the password was wrong, the user unknown or the account locked',
  sign_out: 'a session was ended by whoever held its refresh token',
  account_locked: 'the controller locked an account after too many wrong passwords in a row',
  refresh_token_reused: 'a refresh token came a second time, and its session was ended',
  password_set: 'a password was set for the first administrator, by the one-time link or at the start',
  signing_key_created: 'the controller made itself a key that signs access tokens',
  access_refused: 'a signed-in caller asked for what their role does not allow',
  site_created: 'a site was created, with its prefixes and endpoints',
  site_updated: 'a site was changed',
  site_deleted: 'a site was deleted, with its endpoints and paths',
  site_restored: 'a deleted site was put back',
  site_purged: 'a site was removed for good, with its endpoints, edges and keys',
  endpoint_created: 'an endpoint was added to a site',
  endpoint_updated: 'an endpoint was changed',
  endpoint_deleted: 'an endpoint was removed from its site',
  policy_created: 'a policy was created',
  policy_updated: 'a policy was changed',
  policy_deleted: 'a policy was deleted',
  policy_restored: 'a deleted policy was put back',
  policy_purged: 'a policy was removed for good',
  policy_stats_reset: 'the counters of a policy started at zero again',
  transport_links_updated: 'it was set which transport labels reach each other',
  path_override_set: 'a path was taken out of use, or its reason or end was changed',
  path_override_cleared: 'a path was released, or the time of its override was over',
  enrolment_key_created: 'an enrolment key was created',
  enrolment_key_revoked: 'an enrolment key was revoked',
  edge_enrolled: 'an edge joined its site by an enrolment key, in the place of another one where there was one',
  edge_enrolment_refused: 'an edge was refused that came with a key of this controller',
  edge_revoked: 'an edge was deleted and is none any more',
  cache_cleared: 'the compiled site documents were forgotten and made anew',
} as const;

export type AuditAction = keyof typeof auditActions;

export const auditActionNames = Object.keys(auditActions) as AuditAction[];

import type { AuditAction } from './audit-action.ts';

/** `refused`: the caller was not allowed. `failed`: everybody may try, and it did not succeed, such as a wrong password. */
export const auditResults = ['success', 'refused', 'failed'] as const;
export type AuditResult = (typeof auditResults)[number];

/** What an action was about. Names are those at that time; id and name are null where nobody knows them. */
export interface AuditTarget {
  readonly type:
    | 'user'
    | 'session'
    | 'api_key'
    | 'passkey'
    | 'identity'
    | 'signing_key'
    | 'secret_key'
    | 'token'
    | 'operation'
    | 'site'
    | 'endpoint'
    | 'policy'
    | 'application'
    | 'host_set'
    | 'qos_class'
    | 'transport_links'
    | 'path'
    | 'enrolment_key'
    | 'edge'
    | 'audit_log'
    | 'event'
    | 'event_sink'
    | 'lab'
    | 'cache';
  readonly id: string | null;
  readonly name: string | null;
}

/** What a service says of an action; actor, time and the chain are added when it is written. */
export interface AuditEntry {
  readonly action: AuditAction;
  readonly target: AuditTarget;
  /** `success` where nothing is said. */
  readonly result?: AuditResult;
  /** In the API's words, and never a secret: no password, token, key, or hash of one. */
  readonly details?: Readonly<Record<string, unknown>>;
}

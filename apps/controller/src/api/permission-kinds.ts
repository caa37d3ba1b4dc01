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

export const open: Permission = { least: 'open', scope: null };
export const signingIn: Permission = { least: 'open', scope: null, limit: 'sign_in' };
export const renewing: Permission = { least: 'open', scope: null, limit: 'renewal' };
export const reading: Permission = { least: 'read', scope: 'network:read' };
export const changing: Permission = { least: 'operator', scope: 'network:write' };
export const removing: Permission = { least: 'admin', scope: 'network:write' };
export const steering: Permission = { least: 'operator', scope: 'paths:operate' };
export const enrolling: Permission = { least: 'admin', scope: 'edges:write' };
export const auditing: Permission = { least: 'admin', scope: 'audit:read' };
export const maintaining: Permission = { least: 'admin', scope: 'system:write' };
export const seeingUsers: Permission = { least: 'admin', scope: 'users:read' };
export const managingUsers: Permission = { least: 'admin', scope: 'users:write' };
/** What users may do with what is their own, and administrators with all. */
export const seeingOwn: Permission = { least: 'viewer', foreign: 'admin', scope: 'users:read' };
export const managingOwn: Permission = { least: 'viewer', foreign: 'admin', scope: null };
/** What users prove or change by a password or code, and nobody for another. */
export const proving: Permission = { least: 'viewer', scope: null, limit: 'sign_in' };

import { permissions, type Operation } from '../api/generated/permissions.ts';
import type { Role, Session } from './session-store.ts';

const rank: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 };

/**
 * Whether a session may carry out an operation of the API, such as `Mutation.createSite`, by the controller's own table of
 * permissions. `others`: with what belongs to another user. The controller judges in any case; this decides what is shown.
 */
export function can(session: Session, operation: Operation, { others = false } = {}): boolean {
  const { least, foreign } = permissions[operation];
  if (least === 'open' || least === 'read') return true;
  if (session.kind !== 'signed-in') return false;
  const needed: Role = others ? (foreign ?? least) : least;
  return rank[session.user.role] >= rank[needed];
}

export type { Operation };

import type { SessionRow } from '../repositories/session-repository.ts';

/** A session as the API shows it. Times are unix ms. */
export interface SessionView {
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  /** Where the sign-in came from. */
  readonly address: string | null;
  readonly userAgent: string | null;
  /** What the machine calls itself that a browser signed in; else null. */
  readonly machine: string | null;
  readonly createdAt: number;
  /** To the minute. */
  readonly lastUsedAt: number;
  /** Whether it is the one that asks. */
  readonly current: boolean;
}

export const sessionView = (row: SessionRow, currentId: string | null): SessionView => ({
  id: row.session_id,
  userId: row.user_id,
  username: row.username,
  address: row.address,
  userAgent: row.user_agent,
  machine: row.machine,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  current: row.session_id === currentId,
});

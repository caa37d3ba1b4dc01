import type { AuditTarget } from '../audit/index.ts';
import type { UserRow } from '../repositories/index.ts';

export const userTarget = (user: Pick<UserRow, 'user_id' | 'username'>): AuditTarget => ({
  type: 'user',
  id: user.user_id,
  name: user.username,
});

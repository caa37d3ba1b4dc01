import { describe, expect, it } from 'vitest';
import { can } from './can.ts';
import type { Role, Session } from './session-store.ts';

const signedIn = (role: Role): Session => ({
  kind: 'signed-in',
  user: { id: '1', username: role, name: '', role },
  csrfToken: 'token',
});

describe('what somebody may do', () => {
  it('is reading for everybody who got in', () => {
    expect(can({ kind: 'anonymous' }, 'Query.sites')).toBe(true);
  });

  it('follows the role, as in the table of the controller', () => {
    expect(can({ kind: 'anonymous' }, 'Mutation.createSite')).toBe(false);
    expect(can(signedIn('viewer'), 'Mutation.createSite')).toBe(false);
    expect(can(signedIn('operator'), 'Mutation.createSite')).toBe(true);
    expect(can(signedIn('operator'), 'Mutation.deleteSite')).toBe(false);
    expect(can(signedIn('admin'), 'Mutation.deleteSite')).toBe(true);
  });

  it('differs for what belongs to others', () => {
    expect(can(signedIn('viewer'), 'Mutation.endSession')).toBe(true);
    expect(can(signedIn('viewer'), 'Mutation.endSession', { others: true })).toBe(false);
    expect(can(signedIn('admin'), 'Mutation.endSession', { others: true })).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { hasClaim, parseRoleMap, roleOf } from './role-map.ts';

const mapOf = (text: string) => {
  const parsed = parseRoleMap(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
};

describe('a map of roles', () => {
  it('is written with semicolons, as names of groups hold commas and equals signs', () => {
    const map = mapOf(' CN=Net Admins,OU=IT,DC=example=admin; noc = operator ;');
    expect([...map]).toEqual([
      ['CN=Net Admins,OU=IT,DC=example', 'admin'],
      ['noc', 'operator'],
    ]);
  });

  it.each(['noc', '=admin', 'noc=root', 'noc=operator,admins=admin'])('is not %s', (text) => {
    expect(parseRoleMap(text)).toEqual({ ok: false, error: expect.stringContaining(text) as string });
  });
});

describe('the role that claims give', () => {
  const map = mapOf('staff=viewer;noc=operator;netadmins=admin');

  it.each([
    [{ groups: ['staff', 'netadmins', 'noc'] }, 'admin'],
    [{ groups: 'noc' }, 'operator'],
    [{ groups: ['others'] }, null],
    [{ groups: [7, { name: 'noc' }] }, null],
    [{}, null],
    [{ groups: ['Noc'] }, null],
  ])('of %j is %s', (claims, role) => {
    expect(roleOf(claims, 'groups', map, null)).toBe(role);
  });

  it('is the default where they give none, and never less than what they give', () => {
    expect(roleOf({}, 'groups', map, 'viewer')).toBe('viewer');
    expect(roleOf({ groups: ['staff'] }, 'groups', map, 'operator')).toBe('viewer');
  });

  it('is found within claims, and under names with dots', () => {
    expect(roleOf({ realm_access: { roles: ['noc'] } }, 'realm_access.roles', map, null)).toBe('operator');
    expect(roleOf({ 'https://example.com/roles': ['noc'] }, 'https://example.com/roles', map, null)).toBe('operator');
    expect(hasClaim({ a: { b: [] } }, 'a.b')).toBe(true);
    expect(hasClaim({ a: {} }, 'a.constructor')).toBe(false);
  });
});

import { err, ok, type Result } from '@patronus/core';
import { roles, type Role } from '../auth/caller.ts';

/** Which value of a claim, such as the name of a group, gives which role. */
export type RoleMap = ReadonlyMap<string, Role>;

/** What a service says of somebody (OpenID Connect Core 1.0, section 5.1), by the names of claims. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * `VALUE=ROLE` with semicolons between, as names of groups may hold commas and equals signs: `netadmins=admin; noc=operator`.
 * The error says which part is wrong.
 */
export function parseRoleMap(text: string): Result<RoleMap, string> {
  const map = new Map<string, Role>();
  for (const part of text.split(';').map((each) => each.trim())) {
    if (part === '') continue;
    const [value, role] = [part.slice(0, part.lastIndexOf('=')).trim(), part.slice(part.lastIndexOf('=') + 1).trim()];
    if (value === '' || !isRole(role) || commas.test(part)) return err(`"${part}" is not VALUE=${roles.join('|')}`);
    map.set(value, role);
  }
  return ok(map);
}

/** Two parts with a comma between, as people write them by mistake: the group would be one that nobody has. */
const commas = new RegExp(`=\\s*(${roles.join('|')})\\s*,`);

const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text);

/** The highest role that the claims give; `otherwise` where they give none. */
export function roleOf(claims: Claims, claim: string, map: RoleMap, otherwise: Role | null): Role | null {
  const given = valuesOf(claims, claim).flatMap((value) => map.get(value) ?? []);
  return roles.findLast((role) => given.includes(role)) ?? otherwise;
}

/** Whether the claims say anything under this name. */
export const hasClaim = (claims: Claims, name: string): boolean => valueAt(claims, name) !== undefined;

function valuesOf(claims: Claims, name: string): string[] {
  const value = valueAt(claims, name);
  return [value].flat().filter((each) => typeof each === 'string');
}

/** A claim by its name, which may hold dots, or else by its place: `realm_access.roles`. */
function valueAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split('.')
    .reduce<unknown>(
      (at, key) => (typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as Claims)[key] : undefined),
      claims,
    );
}

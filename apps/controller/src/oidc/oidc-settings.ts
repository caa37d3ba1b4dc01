import { readFileSync } from 'node:fs';
import { InvalidInputError, messageOf, type FieldProblem } from '@patronus/core';
import { Type, type Static } from 'typebox';
import { roles, type Role } from '../auth/caller.ts';
import type { SettingRule } from '../setting-rule.ts';
import { parseRoleMap, type RoleMap } from './role-map.ts';

const text = Type.String({ minLength: 1 });
const optionalText = Type.Union([Type.Null(), text]);
/** Without TLS nobody could trust the answers, but for a service on this very machine. */
const serviceUrl = '^(https://[^/?#]+|http://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:\\d+)?)(/[^?#]*)?$';
const pageUrl = '^https?://[^/?#]+/?$';

/** The settings of sign-in by others, as `settings.ts` has them. */
export const oidcRules = {
  publicUrl: {
    variable: 'PATRONUS_PUBLIC_URL',
    schema: Type.Union([Type.Null(), Type.String({ pattern: pageUrl })]),
    fallback: null,
    expected: 'the address by which people reach this controller, like https://patronus.example.net',
    about: 'what links in mails, of sign-ins by a browser, and the way back from single sign-on begin with',
    otherwise: 'the address that the request came to',
  },
  localSignIn: {
    variable: 'PATRONUS_LOCAL_SIGN_IN',
    schema: Type.Enum(['on', 'off']),
    fallback: 'on',
    expected: 'on or off',
    about: 'whether passwords and passkeys open accounts; off: single sign-on only',
  },
  oidcIssuer: {
    variable: 'PATRONUS_OIDC_ISSUER',
    schema: Type.Union([Type.Null(), Type.String({ pattern: serviceUrl })]),
    fallback: null,
    expected: 'the https address of an OpenID Connect service, like https://id.example.net/realms/net',
    about: 'the service of single sign-on',
    otherwise: 'none',
  },
  oidcName: {
    variable: 'PATRONUS_OIDC_NAME',
    schema: Type.String({ minLength: 1, maxLength: 60 }),
    fallback: 'Single sign-on',
    expected: 'a name of up to 60 characters',
    about: 'what people call that service',
  },
  oidcClientId: {
    variable: 'PATRONUS_OIDC_CLIENT_ID',
    schema: optionalText,
    fallback: null,
    expected: 'the client id that the service gave',
    about: 'what the service calls this controller',
    otherwise: 'none',
  },
  oidcClientSecret: {
    variable: 'PATRONUS_OIDC_CLIENT_SECRET',
    schema: optionalText,
    fallback: null,
    expected: 'the client secret that the service gave',
    about: 'how this controller shows the service that it is itself',
    otherwise: 'in oidcClientSecretFile, or none: a public client',
    secret: true,
  },
  oidcClientSecretFile: {
    variable: 'PATRONUS_OIDC_CLIENT_SECRET_FILE',
    schema: optionalText,
    fallback: null,
    expected: 'a file',
    about: 'where that secret is, unless PATRONUS_OIDC_CLIENT_SECRET tells it',
    otherwise: 'none',
  },
  oidcScopes: {
    variable: 'PATRONUS_OIDC_SCOPES',
    schema: Type.String({ pattern: '^openid( [!#-\\[\\]-~]+)*$' }),
    fallback: 'openid profile email',
    expected: 'openid, and others with spaces',
    about: 'what the service is asked to tell of people',
  },
  oidcUsernameClaim: {
    variable: 'PATRONUS_OIDC_USERNAME_CLAIM',
    schema: text,
    fallback: 'preferred_username',
    expected: 'the name of a claim',
    about: 'which claim names a new user',
  },
  oidcRoleClaim: {
    variable: 'PATRONUS_OIDC_ROLE_CLAIM',
    schema: text,
    fallback: 'groups',
    expected: 'the name of a claim; dots lead into it',
    about: 'which claim tells roles: a text or a list of texts',
  },
  oidcRoles: {
    variable: 'PATRONUS_OIDC_ROLES',
    schema: Type.Refine(
      Type.String(),
      (told) => parseRoleMap(told).ok,
      () => 'must be VALUE=ROLE with semicolons',
    ),
    fallback: '',
    expected: `VALUE=ROLE with semicolons, like netadmins=admin; noc=operator; roles are ${roles.join(', ')}`,
    about: 'which value of that claim gives which role; the highest counts',
    otherwise: 'none',
  },
  oidcDefaultRole: {
    variable: 'PATRONUS_OIDC_DEFAULT_ROLE',
    schema: Type.Enum(['none', ...roles]),
    fallback: 'none',
    expected: `none, ${roles.join(', ')}`,
    about: 'the role of people to whom the claim gives none; none: they are not let in',
  },
} satisfies Record<string, SettingRule>;

type OidcSettingValues = { readonly [K in keyof typeof oidcRules]: Static<(typeof oidcRules)[K]['schema']> };

/** A service of single sign-on, and what its word counts for. */
export interface OidcSettings {
  readonly issuer: string;
  readonly name: string;
  readonly clientId: string;
  /** Null for a public client, of which PKCE alone proves who began. */
  readonly clientSecret: string | null;
  readonly scopes: string;
  readonly usernameClaim: string;
  readonly roleClaim: string;
  readonly roles: RoleMap;
  readonly defaultRole: Role | null;
}

/** What does not fit together. */
export function oidcProblems(settings: OidcSettingValues): FieldProblem[] {
  const { oidcIssuer, oidcClientId, oidcClientSecret, oidcClientSecretFile, localSignIn } = settings;
  const problems: FieldProblem[] = [];
  const add = (field: string, problem: string, remedy: string) => problems.push({ field, problem, remedy });
  if (oidcIssuer !== null && oidcClientId === null) {
    add('oidcClientId', 'is missing', 'set PATRONUS_OIDC_CLIENT_ID to what the service calls this controller');
  }
  if (oidcClientSecret !== null && oidcClientSecretFile !== null) {
    add('oidcClientSecretFile', 'is told beside the secret itself', 'leave one of them out');
  }
  if (localSignIn === 'off' && oidcIssuer === null) {
    add('localSignIn', 'is off, and there is no other way to sign in', 'set PATRONUS_OIDC_ISSUER, or leave it on');
  }
  return problems;
}

/** The service that the settings name; null for none. Errors: `invalid_input` for a secret file that cannot be read. */
export function oidcSettings(settings: OidcSettingValues): OidcSettings | null {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecretFile: file } = settings;
  if (issuer === null || clientId === null) return null;
  const map = parseRoleMap(settings.oidcRoles);
  return {
    issuer,
    name: settings.oidcName,
    clientId,
    clientSecret: settings.oidcClientSecret ?? (file === null ? null : secretIn(file)),
    scopes: settings.oidcScopes,
    usernameClaim: settings.oidcUsernameClaim,
    roleClaim: settings.oidcRoleClaim,
    roles: map.ok ? map.value : new Map(),
    defaultRole: settings.oidcDefaultRole === 'none' ? null : settings.oidcDefaultRole,
  };
}

function secretIn(file: string): string {
  const field = 'PATRONUS_OIDC_CLIENT_SECRET_FILE';
  let secret: string;
  try {
    secret = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new InvalidInputError([{ field, problem: `cannot be read: ${messageOf(cause)}`, remedy: 'check its owner' }]);
  }
  if (secret === '') throw new InvalidInputError([{ field, problem: 'is empty', remedy: 'write the secret into it' }]);
  return secret;
}

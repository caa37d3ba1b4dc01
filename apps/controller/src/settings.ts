import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InvalidInputError, messageOf, PatronusError, type FieldProblem } from '@patronus/core';
import { Type, type Static } from 'typebox';
import { Check } from 'typebox/value';
import { clusterProblems, clusterRules } from './cluster-settings.ts';
import { oidcProblems, oidcRules } from './oidc/oidc-settings.ts';
import type { SettingRule } from './setting-rule.ts';
import { parsePrivateTargets } from './sinks/target-policy.ts';

const port = Type.Integer({ minimum: 0, maximum: 65_535 });
const portText = 'a port from 0 to 65535';
const text = Type.String({ minLength: 1 });
const days = Type.Integer({ minimum: 1, maximum: 36_500 });
const daysText = 'days from 1 to 36500';
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const readModes = ['auto', 'always', 'never'] as const;

const rules = {
  dataDir: {
    variable: 'PATRONUS_DATA',
    schema: text,
    fallback: './data',
    expected: 'a directory',
    about: 'where the database, keys and tokens are',
  },
  host: {
    variable: 'PATRONUS_HOST',
    schema: text,
    fallback: 'localhost',
    expected: 'an address to listen on',
    about: 'where the API and the page are served; localhost is both loopback addresses',
  },
  port: {
    variable: 'PATRONUS_PORT',
    schema: port,
    fallback: 8080,
    expected: portText,
    about: 'the port of the API and the page; 0 takes a free one',
  },
  trustedProxies: {
    variable: 'PATRONUS_TRUSTED_PROXIES',
    schema: Type.Union([Type.Null(), text]),
    fallback: null,
    expected: 'addresses or prefixes with commas, or loopback',
    about: 'whose word counts on where a request came from (X-Forwarded-For) and whether by TLS (X-Forwarded-Proto)',
    otherwise: 'nobody’s',
  },
  edgeHost: {
    variable: 'PATRONUS_EDGE_HOST',
    schema: text,
    fallback: '0.0.0.0',
    expected: 'an address to listen on',
    about: 'where edges call in',
  },
  edgePort: {
    variable: 'PATRONUS_EDGE_PORT',
    schema: port,
    fallback: 8443,
    expected: portText,
    about: 'the port at which edges call in; 0 takes a free one',
  },
  edgeUrl: {
    variable: 'PATRONUS_EDGE_URL',
    schema: Type.Union([Type.Null(), Type.String({ pattern: '^https://[^/]+/?$' })]),
    fallback: null,
    expected: 'the address by which edges reach this controller, like https://controller.example.net:8443',
    about: 'the address that enrolment keys tell edges',
    otherwise: 'an address of this machine',
  },
  databaseUrl: {
    variable: 'PATRONUS_DATABASE_URL',
    schema: Type.Union([Type.Null(), Type.String({ pattern: '^(sqlite:.+|postgres(ql)?://.+)$' })]),
    fallback: null,
    expected: 'sqlite:FILE, or postgres://USER@HOST:PORT/NAME',
    about: 'the database',
    otherwise: 'sqlite:, and patronus.db in the data directory',
    secret: true,
  },
  adminPassword: {
    variable: 'PATRONUS_ADMIN_PASSWORD',
    schema: Type.Union([Type.Null(), text]),
    fallback: null,
    expected: 'a password',
    about: 'makes the first administrator, admin',
    otherwise: 'a one-time link to choose it is printed',
    secret: true,
  },
  secretKey: {
    variable: 'PATRONUS_SECRET_KEY',
    schema: Type.Union([Type.Null(), text]),
    fallback: null,
    expected: 'base64 of 32 bytes, as openssl rand -base64 32 makes it',
    about: 'the key that keys of the database are encrypted with',
    otherwise: 'it is in secretKeyFile',
    secret: true,
  },
  previousSecretKey: {
    variable: 'PATRONUS_SECRET_KEY_PREVIOUS',
    schema: Type.Union([Type.Null(), text]),
    fallback: null,
    expected: 'base64 of 32 bytes',
    about: 'the key before PATRONUS_SECRET_KEY, for the one start that changes to the new one',
    otherwise: 'none',
    secret: true,
  },
  secretKeyFile: {
    variable: 'PATRONUS_SECRET_KEY_FILE',
    schema: Type.Union([Type.Null(), text]),
    fallback: null,
    expected: 'a file',
    about: 'where that key is, unless PATRONUS_SECRET_KEY tells it; made on the first start',
    otherwise: 'secret.key in the data directory',
  },
  anonymousReads: {
    variable: 'PATRONUS_ANONYMOUS_READS',
    schema: Type.Enum([...readModes]),
    fallback: 'auto',
    expected: readModes.join(', '),
    about: 'whether reading needs no sign-in; auto: while only this machine can connect',
  },
  requestsPerSecond: {
    variable: 'PATRONUS_RATE_LIMIT',
    schema: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
    fallback: 500,
    expected: 'a number of requests per second; 0 for no limit',
    about: 'how often a user or address may ask for the same operation; twice as often at once',
  },
  signInsPerMinute: {
    variable: 'PATRONUS_SIGN_IN_LIMIT',
    schema: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    fallback: 10,
    expected: 'a number of tries per minute',
    about: 'how often a user or address may try a password or code',
  },
  ...oidcRules,
  ...clusterRules,
  graphqlIntrospection: {
    variable: 'PATRONUS_GRAPHQL_INTROSPECTION',
    schema: Type.Enum(['on', 'off']),
    fallback: 'on',
    expected: 'on or off',
    about: 'whether clients may ask for the GraphQL schema',
  },
  confirmWindowMs: {
    variable: 'PATRONUS_CONFIRM_WINDOW_MS',
    schema: Type.Integer({ minimum: 1_000, maximum: 3_600_000 }),
    fallback: 15_000,
    expected: 'milliseconds from 1000 to 3600000',
    about: 'how long an edge waits to hear the controller again before it takes a change back',
  },
  keepEventsDays: {
    variable: 'PATRONUS_KEEP_EVENTS_DAYS',
    schema: days,
    fallback: 90,
    expected: daysText,
    about: 'how long events are kept',
  },
  keepMetricsDays: {
    variable: 'PATRONUS_KEEP_METRICS_DAYS',
    schema: days,
    fallback: 90,
    expected: daysText,
    about: 'how long hourly figures of paths are kept; minutes are kept for 2 days, single reports for an hour',
  },
  keepStatisticsDays: {
    variable: 'PATRONUS_KEEP_STATISTICS_DAYS',
    schema: days,
    fallback: 90,
    expected: daysText,
    about: 'how long the history of policy counters is kept',
  },
  keepTrafficDays: {
    variable: 'PATRONUS_KEEP_TRAFFIC_DAYS',
    schema: days,
    fallback: 400,
    expected: daysText,
    about: 'how long hours of traffic history are kept; minutes are kept for 2 days, ten seconds for an hour',
  },
  keepSlaDays: {
    variable: 'PATRONUS_KEEP_SLA_DAYS',
    schema: days,
    fallback: 400,
    expected: daysText,
    about: 'how long it is kept how paths kept to the SLAs of policies',
  },
  keepAuditDays: {
    variable: 'PATRONUS_KEEP_AUDIT_DAYS',
    schema: Type.Union([Type.Literal(0), Type.Integer({ minimum: 30, maximum: 36_500 })]),
    fallback: 0,
    expected: 'days from 30 to 36500, or 0',
    about: 'how long rows of the audit log are kept; 0: for ever',
  },
  privateTargets: {
    variable: 'PATRONUS_PRIVATE_TARGETS',
    schema: Type.Refine(
      Type.String(),
      (told) => parsePrivateTargets(told).ok,
      () => 'must be none, all or prefixes',
    ),
    fallback: 'none',
    expected: 'none, all, or prefixes with commas',
    about: 'which private addresses event sinks may send to; public ones are always allowed',
  },
  logLevel: {
    variable: 'PATRONUS_LOG_LEVEL',
    schema: Type.Enum([...logLevels]),
    fallback: 'warn',
    expected: logLevels.join(', '),
    about: 'which log lines are written, as JSON on standard error',
  },
  labSocket: {
    variable: 'PATRONUS_LAB_SOCKET',
    schema: Type.Union([Type.Null(), text]),
    fallback: null,
    expected: 'a Unix socket',
    about: 'the door of a lab on this machine, which operators then change from the page',
    otherwise: 'lab/control.sock in the data directory, where a lab runs',
  },
  webDir: {
    variable: 'PATRONUS_WEB_DIR',
    schema: Type.Union([Type.Null(), text]),
    fallback: null,
    expected: 'a directory with a built web page',
    about: 'the built web page to serve',
    otherwise: 'the one that belongs to the program',
  },
} satisfies Record<string, SettingRule>;

type Name = keyof typeof rules;

/** The settings as rows of text, for the documentation; defaults in words where they depend on the machine. */
export const describeSettings = (): {
  name: string;
  variable: string;
  fallback: string;
  values: string;
  about: string;
}[] =>
  Object.entries<SettingRule>(rules).map(([name, { variable, fallback, otherwise, expected, about }]) => ({
    name,
    variable,
    fallback: otherwise ?? String(fallback),
    values: expected,
    about,
  }));

/** All that can be set about a controller. `host` localhost listens on both loopback addresses. */
export type ControllerSettings = { readonly [K in Name]: Static<(typeof rules)[K]['schema']> };

/** Where its database is: a file in the data directory when nobody says. */
export const databaseUrl = ({ databaseUrl: url, dataDir }: ControllerSettings): string =>
  url ?? `sqlite:${join(dataDir, 'patronus.db')}`;

export interface SettingSources {
  /** A JSON file with settings by name, such as `{"port": 9090}`. */
  readonly file?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags?: { readonly [K in Name]?: ControllerSettings[K] | undefined };
}

/**
 * Settings from defaults, file, environment and flags, the later ones winning. Errors: `invalid_input` naming every wrong
 * one, where it came from and what is expected; `not_found` for a missing file.
 */
export function loadControllerSettings(sources: SettingSources): ControllerSettings {
  const problems: FieldProblem[] = [];
  const file = sources.file === undefined ? {} : readSettingsFile(sources.file, problems);
  const settings: Record<string, unknown> = {};
  for (const name of Object.keys(rules) as Name[]) {
    const rule: SettingRule = rules[name];
    const { value, from } = firstTold(name, rule, sources, file);
    settings[name] = value;
    if (Check(rule.schema, value)) continue;
    const shown = rule.secret === true ? 'the value' : JSON.stringify(value);
    problems.push({ field: from, problem: `${shown} will not do`, remedy: `use ${rule.expected}` });
  }
  const told = settings as unknown as ControllerSettings;
  if (problems.length === 0) problems.push(...oidcProblems(told), ...clusterProblems(told));
  if (problems.length > 0) throw new InvalidInputError(problems);
  return { ...told, dataDir: resolve(told.dataDir) };
}

function firstTold(
  name: Name,
  rule: SettingRule,
  { env, flags }: SettingSources,
  file: Readonly<Record<string, unknown>>,
): { value: unknown; from: string } {
  const flag = flags?.[name];
  if (flag !== undefined) return { value: flag, from: `--${name.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}` };
  const variable = env[rule.variable];
  if (variable !== undefined && variable !== '') {
    const value: unknown = typeof rule.fallback === 'number' && variable.trim() !== '' ? Number(variable) : variable;
    return { value: Number.isNaN(value) ? variable : value, from: rule.variable };
  }
  return name in file ? { value: file[name], from: `${name} in the file` } : { value: rule.fallback, from: name };
}

function readSettingsFile(path: string, problems: FieldProblem[]): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new PatronusError('not_found', `the settings file ${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    problems.push({ field: path, problem: 'is not an object', remedy: 'write it like {"port": 9090}' });
    return {};
  }
  for (const key of Object.keys(parsed).filter((each) => !(each in rules))) {
    const remedy = `settings are ${Object.keys(rules).join(', ')}`;
    problems.push({ field: `${key} in the file`, problem: 'is not a setting', remedy });
  }
  return parsed as Record<string, unknown>;
}

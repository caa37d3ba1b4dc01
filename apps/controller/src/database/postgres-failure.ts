import { messageOf, PatronusError, type ErrorCode } from '@patronus/core';

/** Where a database is, as messages tell it: never its password. */
export interface PostgresPlace {
  readonly database: string;
  readonly user: string;
  /** `127.0.0.1:5432` or a socket's directory. */
  readonly server: string;
}

export const placeName = ({ database, server }: PostgresPlace): string => `${database} at ${server}`;

export const placeText = (place: PostgresPlace): string => `the database ${placeName(place)}`;

/** Conditions by their SQLSTATE (PostgreSQL manual, appendix A), or the class of it, in our code and words. */
const conditions: Readonly<Record<string, readonly [code: ErrorCode, text: (place: PostgresPlace) => string]>> = {
  '28': [
    'database_unavailable',
    ({ user }) => `does not let ${user} in; check user and password (PATRONUS_DATABASE_URL or PGPASSWORD)`,
  ],
  '3D000': [
    'database_unavailable',
    ({ database, user }) => `is not there; make it with: createdb --owner=${user} ${database}`,
  ],
  '42501': [
    'database_unavailable',
    ({ database, user }) =>
      `does not let ${user} do this; make it the owner: ALTER DATABASE ${database} OWNER TO ${user}`,
  ],
  '25006': ['database_unavailable', () => 'takes no writes now; nothing of this change was stored'],
  '53100': [
    'disk_full',
    () => 'cannot be written, as its disk is full; nothing of this change was stored. Free space there',
  ],
  '53': ['database_unavailable', () => 'has no connection or memory left for us; see max_connections of the server'],
  '57014': ['timeout', () => 'took too long over a statement and gave up; nothing of this change was stored'],
  '55P03': ['timeout', () => 'is held by another change for too long; try again'],
  '40': ['database_unavailable', () => 'could not reconcile two changes; nothing of this one was stored, try again'],
  '22021': ['invalid_input', () => 'cannot store text with the character NUL; leave it out'],
  '57': ['database_unavailable', () => 'ended the connection; nothing of this change was stored, try again'],
  '08': ['database_unavailable', () => 'lost the connection; nothing of this change was stored, try again'],
  '25P03': ['database_unavailable', () => 'ended a change that stood still; nothing of it was stored, try again'],
};

/** What a server without the files of an extension says, of any state. */
const lacksExtension = /extension "citext" is not available|citext\.control/;

/** What Node says when a server cannot be reached. */
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'EACCES',
]);

/** What `pg` itself says, with no code. */
const networkWords = /^(Connection terminated|timeout e|Query read timeout|Client has encountered a connection error)/;

const codeOf = (thrown: unknown): string => {
  const { code } = thrown as { code?: unknown };
  return typeof code === 'string' ? code : '';
};

/** Whether the connection that this came over is of no more use. */
export const isLost = (thrown: unknown): boolean =>
  networkCodes.has(codeOf(thrown)) || networkWords.test(messageOf(thrown)) || /^(08|57P|25P03)/.test(codeOf(thrown));

/** Whether a connection has planned a statement for tables that another controller has changed since, by a migration. */
export const isOutdated = (thrown: unknown): boolean => messageOf(thrown).startsWith('cached plan must not change');

/** Whether the next attempt to connect may succeed, as with a server that is just starting. */
export const isPassing = (thrown: unknown): boolean =>
  isLost(thrown) && !['ENOTFOUND', 'ENOENT', 'EACCES'].includes(codeOf(thrown));

/** What the driver threw, in our words. What is nobody's fault but the program's stays as it is. */
export function postgresFailure(thrown: unknown, place: PostgresPlace): unknown {
  if (thrown instanceof PatronusError) return thrown;
  const state = codeOf(thrown);
  if (isOutdated(thrown)) {
    const text = `the tables of ${placeText(place)} were changed meanwhile; try again`;
    return new PatronusError('database_unavailable', text, { cause: thrown });
  }
  if (lacksExtension.test(messageOf(thrown))) {
    const text = `${placeText(place)} lacks the extension citext; install postgresql-contrib on its server`;
    return new PatronusError('database_unavailable', text, { cause: thrown });
  }
  const known = /^[0-9A-Z]{5}$/.test(state) ? (conditions[state] ?? conditions[state.slice(0, 2)]) : undefined;
  if (known !== undefined) {
    const [code, text] = known;
    return new PatronusError(code, `${placeText(place)} ${text(place)} (${messageOf(thrown)})`, { cause: thrown });
  }
  if (!isLost(thrown)) return thrown;
  return new PatronusError(
    'database_unavailable',
    `${placeText(place)} cannot be reached (${reasonOf(thrown)}); check that its server runs, and the address`,
    { cause: thrown },
  );
}

/** A host with several addresses fails with one error for each. */
const reasonOf = (thrown: unknown): string =>
  thrown instanceof AggregateError ? thrown.errors.map(messageOf).join(', ') : messageOf(thrown) || codeOf(thrown);

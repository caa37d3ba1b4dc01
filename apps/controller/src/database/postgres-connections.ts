import { setTimeout as delay } from 'node:timers/promises';
import { PatronusError } from '@patronus/core';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { Client, Pool, types, type PoolClient } from 'pg';
import { isLost, isOutdated, isPassing, postgresFailure, type PostgresPlace } from './postgres-failure.ts';

/** Reads go side by side; changes take turns and need one. A server takes 100 of all its clients where nothing is set. */
const maxConnections = 10;
/** Until a connection is made, or one of the pool is free. */
const connectTimeoutMs = 5_000;
/** A server that is just starting, or whose place another takes, is asked again for so long. */
const retryConnectForMs = 3_000;
const retryConnectEveryMs = 100;
/** No query of a repository comes near; one that does is ended by the server. */
const statementTimeoutMs = 60_000;
/** Where even the server's own limit is not heard of, its machine is gone. */
const answerTimeoutMs = statementTimeoutMs + 5_000;
/** How long a change waits for its turn behind those of other controllers. */
const lockTimeoutMs = 10_000;
/** A controller that stands still in the middle of a change must not hold up others for longer. */
const idleInChangeTimeoutMs = 30_000;
/** A controller whose machine is gone is noticed by the server after 10 + 3 × 5 s, and its unfinished change taken back. */
const keepalive = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';

/** Types by their number in pg_type. */
const oids: Readonly<Record<'INT8' | 'NUMERIC' | 'BOOL', number>> = types.builtins;

/** Reads the JavaScript types that SQLite gives: integers of 64 bits and sums as numbers, truth as 0 and 1. */
const readTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
    if (oid === oids.INT8 || oid === oids.NUMERIC) return Number;
    if (oid === oids.BOOL) return (text) => (text === 't' ? 1 : 0);
    return types.getTypeParser(oid, format) as (text: string) => unknown;
  },
};

export interface ConnectionLimits {
  /** Migrations and moves may take as long as they need. */
  readonly unhurried?: boolean;
}

/** A pool of connections to one server, with limits on every wait, whose errors say where and what to do. */
export class PostgresConnections implements PostgresPool {
  readonly place: PostgresPlace;
  readonly options: object;
  readonly #pool: Pool;

  /** Errors: `invalid_input` for a URL that cannot be read. */
  constructor(url: string, { unhurried = false }: ConnectionLimits = {}) {
    this.place = placeOf(url);
    const limits = {
      statement_timeout: statementTimeoutMs,
      query_timeout: answerTimeoutMs,
      lock_timeout: lockTimeoutMs,
      idle_in_transaction_session_timeout: idleInChangeTimeoutMs,
    };
    this.#pool = new Pool({
      connectionString: url,
      max: maxConnections,
      connectionTimeoutMillis: connectTimeoutMs,
      application_name: 'patronus',
      keepAlive: true,
      options: keepalive,
      types: readTypes,
      ...(unhurried ? {} : limits),
    });
    this.options = this.#pool.options;
    // The pool drops a connection that is lost while nobody uses it; whoever uses one hears of it from their query.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** Errors: `database_unavailable` with the reason and what to do. */
  async connect(): Promise<PostgresPoolClient> {
    const deadline = performance.now() + retryConnectForMs;
    for (;;) {
      try {
        return new Connection(await this.#pool.connect(), this.place);
      } catch (thrown) {
        if (!isPassing(thrown) || performance.now() > deadline) throw postgresFailure(thrown, this.place);
        await delay(retryConnectEveryMs);
      }
    }
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}

class Connection implements PostgresPoolClient {
  readonly #client: PoolClient;
  readonly #place: PostgresPlace;
  #isLost = false;

  constructor(client: PoolClient, place: PostgresPlace) {
    this.#client = client;
    this.#place = place;
  }

  /** Cursors are not used. */
  query = (async (sql: string, parameters: unknown[]) => {
    try {
      return await this.#client.query({ name: nameOf(sql, parameters), text: sql, values: parameters });
    } catch (thrown) {
      this.#isLost ||= isLost(thrown) || isOutdated(thrown);
      throw postgresFailure(thrown, this.#place);
    }
  }) as unknown as PostgresPoolClient['query'];

  /** One that is lost is not given to the next. */
  release(destroy = false): void {
    this.#client.release(destroy || this.#isLost);
  }
}

/** More than the program has of different short statements. */
const maxNames = 500;
/** Statements with a row per value are as many as there are counts of rows, and the server would keep each. */
const maxNamedLength = 4_000;
const names = new Map<string, string>();

/** Under this name a connection keeps a statement that it has planned once; undefined for one that is not worth it. */
function nameOf(statement: string, parameters: readonly unknown[]): string | undefined {
  if (parameters.length === 0 || statement.length > maxNamedLength) return undefined;
  const known = names.get(statement);
  if (known !== undefined || names.size >= maxNames) return known;
  const made = `patronus_${names.size}`;
  names.set(statement, made);
  return made;
}

/** Errors: `invalid_input` for a URL that cannot be read, without repeating it. */
export function placeOf(url: string): PostgresPlace {
  try {
    const { host, port, database = '', user = '' } = new Client({ connectionString: url });
    return { database, user, server: host.startsWith('/') ? host : `${host}:${port}` };
  } catch {
    // What was thrown may quote the URL, and with it the password.
    const text = 'the database URL cannot be read; write it like postgres://patronus@db.example.net:5432/patronus';
    throw new PatronusError('invalid_input', text);
  }
}

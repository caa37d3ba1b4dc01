import { PatronusError, type Timers } from '@patronus/core';
import { Client } from 'pg';
import { placeOf } from './postgres-connections.ts';
import { placeText, postgresFailure } from './postgres-failure.ts';

/** The number under which one controller holds a database; any but that of changes would do. */
const holdLock = 7_261_110_018;
const connectTimeoutMs = 5_000;
/** A holder whose machine is gone is noticed by the server after 10 + 3 × 5 s, and the next one may start. */
const options = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';
/** After a lost connection the hold is taken again this often, so that hardly anybody can come between. */
const retryMs = 500;

/** One controller's hold on a database, which ends with its connection however that ends. */
export class PostgresHold implements AsyncDisposable {
  readonly #url: string;
  readonly #nodeId: string;
  readonly #timers: Timers;
  readonly #onFailure: (failure: unknown) => void;
  #client: Client | null = null;
  #isOver = false;

  private constructor(url: string, nodeId: string, timers: Timers, onFailure: (failure: unknown) => void) {
    this.#url = url;
    this.#nodeId = nodeId;
    this.#timers = timers;
    this.#onFailure = onFailure;
  }

  /**
   * Holds a database for a controller. Errors: `conflict` while another one holds it, `database_unavailable`. When the
   * connection is lost it is held again as soon as that can be; `onFailure` hears when somebody else was faster.
   */
  static async take(
    url: string,
    nodeId: string,
    timers: Timers,
    onFailure: (failure: unknown) => void,
  ): Promise<PostgresHold> {
    const hold = new PostgresHold(url, nodeId, timers, onFailure);
    await hold.#connect();
    return hold;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const client = new Client({
      connectionString: this.#url,
      application_name: `patronus ${this.#nodeId}`.slice(0, 63),
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: connectTimeoutMs,
      keepAlive: true,
      options,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ held: boolean }>(`SELECT pg_try_advisory_lock(${holdLock}) AS held`);
      if (rows[0]?.held !== true) throw await heldBySomebody(client, this.#url);
    } catch (thrown) {
      await client.end().catch(() => undefined);
      throw thrown instanceof PatronusError ? thrown : postgresFailure(thrown, placeOf(this.#url));
    }
    this.#client = client;
    client.on('end', () => this.#again());
  }

  #again(): void {
    if (this.#isOver) return;
    this.#client = null;
    this.#timers.after('hold the database again', retryMs, () => {
      if (this.#isOver) return;
      this.#connect().catch((failure: unknown) => {
        // The server may be away for a while, and everything else says so.
        if (failure instanceof PatronusError && failure.code === 'conflict') this.#onFailure(failure);
        this.#again();
      });
    });
  }
}

/** Says who, as far as the server lets us see. */
async function heldBySomebody(client: Client, url: string): Promise<PatronusError> {
  const { rows } = await client.query<{ name: string | null; address: string | null; since: Date | null }>(`
    SELECT a.application_name AS name, host(a.client_addr) AS address, a.backend_start AS since
    FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
      AND (l.classid::bigint << 32) + l.objid::bigint = ${holdLock}
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
  const [holder] = rows;
  const node = holder?.name?.replace(/^patronus /, '') ?? '';
  const from = holder?.address ?? '';
  const who = `a controller${node === '' ? '' : ` ("${node}"${from === '' ? '' : ` at ${from}`})`}`;
  const remedy = 'stop it, or give this one a database of its own: several controllers on one are not supported';
  return new PatronusError('conflict', `${who} uses ${placeText(placeOf(url))} already; ${remedy}`, {
    facts: { node, address: from },
  });
}

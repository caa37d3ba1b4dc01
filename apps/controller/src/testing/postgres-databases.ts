import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** Says to the tests of the suite "postgres" where its server is; everywhere else they use SQLite. */
export const serverVariable = 'PATRONUS_TEST_POSTGRES';
/** Says how a database is that was only just made. */
export const freshVariable = 'PATRONUS_TEST_POSTGRES_FRESH';
export const templateDatabase = 'patronus_template';

/** A database of a test's own. */
export interface TestDatabase {
  readonly url: string;
  remove(): Promise<void>;
}

/** Databases that tests of this file have left as if they were new. Making one takes as long as most tests do. */
const spare: string[] = [];

/** One with all tables and no rows. */
export async function postgresDatabase(server: string): Promise<TestDatabase> {
  const name = spare.pop() ?? (await make(templateDatabase));
  const url = server.replace(/[^/]*$/, name);
  return {
    url,
    remove: async () => {
      await withAdministrator((client) =>
        client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]),
      );
      if (await isFreshAgain(url)) spare.push(name);
      else await drop(name);
    },
  };
}

/** One without tables. */
export async function emptyPostgresDatabase(): Promise<TestDatabase> {
  const name = await make('template1');
  return { url: process.env[serverVariable]!.replace(/[^/]*$/, name), remove: () => drop(name) };
}

async function make(template: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await withAdministrator((client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  return name;
}

const drop = (name: string): Promise<void> =>
  withAdministrator((client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));

/** A connection to the server of the suite "postgres", for as long as the work takes. */
export const withAdministrator = (work: (client: Client) => Promise<unknown>): Promise<void> =>
  withClient(process.env[serverVariable]!, async (client) => void (await work(client)));

async function withClient<T>(connectionString: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Empties all tables, and says whether that made the database what it was at first. */
const isFreshAgain = (url: string): Promise<boolean> =>
  withClient(url, async (client) => {
    await client.query(`
      SET session_replication_role = replica;
      DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'kysely_%' LOOP
          EXECUTE format('DELETE FROM %I', name);
        END LOOP;
        FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
          EXECUTE format('ALTER SEQUENCE %I RESTART', name);
        END LOOP;
      END $$`);
    return (await stateOf(client)) === process.env[freshVariable];
  });

/** Columns, triggers and the number of rows of all tables. */
async function stateOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ state: string }>(`
    SELECT md5(concat(
      (SELECT string_agg(concat_ws(' ', table_name, column_name, data_type), ',' ORDER BY table_name, column_name)
        FROM information_schema.columns WHERE table_schema = 'public'),
      (SELECT string_agg(concat_ws(' ', tgname, tgenabled), ',' ORDER BY tgname) FROM pg_trigger WHERE NOT tgisinternal),
      (SELECT string_agg(concat_ws(' ', tablename,
          query_to_xml(format('SELECT count(*) FROM %I', tablename), false, true, '')), ',' ORDER BY tablename)
        FROM pg_tables WHERE schemaname = 'public')
    )) AS state`);
  return rows[0]!.state;
}

export const freshState = (url: string): Promise<string> => withClient(url, stateOf);

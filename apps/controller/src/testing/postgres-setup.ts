import { PostgresServer } from '@patronus/linux';
import { openDatabase } from '../database/index.ts';
import {
  freshState,
  freshVariable,
  serverVariable,
  templateDatabase,
  withAdministrator,
} from './postgres-databases.ts';

/** Before the suite "postgres": a server for the whole run, with a database to copy that has all tables and no rows. */
export default async function startPostgres(): Promise<() => Promise<void>> {
  const server = await PostgresServer.start();
  process.env[serverVariable] = server.url('postgres');
  await withAdministrator((client) => client.query(`CREATE DATABASE ${templateDatabase}`));
  await (await openDatabase(server.url(templateDatabase))).destroy();
  process.env[freshVariable] = await freshState(server.url(templateDatabase));
  return () => server.stop();
}

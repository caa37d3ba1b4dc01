import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@patronus/core';
import { AuditLog } from '../audit/index.ts';
import { readiness } from '../services/readiness.ts';
import { SiteService } from '../services/site-service.ts';
import { Presence } from '../services/presence.ts';
import { testAnchorKey, tester } from '../testing/index.ts';
import { openDatabase } from './open-database.ts';
import { Store } from './store.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'patronus-database-'));
  file = join(directory, 'patronus.db');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const hashes = () =>
  readdirSync(directory).map((name) => [
    name,
    createHash('sha256')
      .update(readFileSync(join(directory, name)))
      .digest('hex'),
  ]);

describe('the database', () => {
  it('has the tables and columns that outside tools read', async () => {
    await (await openDatabase(file)).destroy();
    const sqlite = new SqliteFile(file, { readonly: true });
    const columns = (table: string) =>
      sqlite
        .prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?)')
        .all(table)
        .map(({ name }) => name);
    const promised = {
      sdwan_sites: ['site_id', 'name', 'location', 'created_at', 'updated_at'],
      sdwan_endpoints: ['endpoint_id', 'site_id', 'address', 'port', 'created_at'],
      sdwan_paths: [
        'path_id',
        'source_endpoint_id',
        'dest_endpoint_id',
        'latency',
        'bandwidth',
        'health_status',
        'created_at',
      ],
      sdwan_policies: [
        'policy_id',
        'priority',
        'name',
        'description',
        'match_conditions',
        'action',
        'enabled',
        'created_at',
      ],
      sdwan_policy_stats: ['stat_id', 'policy_id', 'timestamp', 'packets_matched', 'bytes_matched', 'active_flows'],
    };
    for (const [table, names] of Object.entries(promised)) {
      expect({ table, columns: columns(table) }).toEqual({ table, columns: expect.arrayContaining(names) as unknown });
    }
    sqlite.close();
  });

  it('of a newer program is refused and keeps every byte', async () => {
    const db = await openDatabase(file);
    await sql`INSERT INTO kysely_migration (name, timestamp) VALUES ('0999-from-the-future', '')`.execute(db);
    await db.destroy();
    const before = hashes();
    await expect(openDatabase(file)).rejects.toMatchObject({
      code: 'database_newer',
      message: expect.stringContaining('0999-from-the-future') as unknown,
    });
    expect(hashes()).toEqual(before);
  });

  it('that is none is told as such', async () => {
    writeFileSync(file, 'no database at all, but long enough to be looked at as one. '.repeat(50));
    await expect(openDatabase(file)).rejects.toThrow(/cannot be read as a database/);
  });

  it('that cannot grow makes a clear error, keeps what it has, and works again when there is room', async () => {
    const store = new Store(await openDatabase(file), systemClock, new AuditLog(testAnchorKey()));
    const sites = new SiteService(store, new Presence(), { isBehind: false });
    await sites.create(tester, { name: 'before' });
    const { rows } = await sql<{ page_count: number }>`PRAGMA page_count`.execute(store.db);
    await sql.raw(`PRAGMA max_page_count = ${rows[0]!.page_count}`).execute(store.db);
    const prefixes = Array.from({ length: 5_000 }, (_, index) => `10.${index >> 8}.${index & 255}.0/24`);
    await expect(sites.create(tester, { name: 'large', prefixes })).rejects.toMatchObject({ code: 'disk_full' });
    expect((await sites.list()).map(({ name }) => name)).toEqual(['before']);
    expect(store.writeFailure?.code).toBe('disk_full');
    await sql`PRAGMA max_page_count = 1000000`.execute(store.db);
    expect(await readiness(store)).toEqual([]);
    await sites.create(tester, { name: 'large', prefixes });
    await store.close();
  });
});

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { Kysely, sql, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@patronus/core';
import { AuditLog } from '../audit/index.ts';
import { readiness } from '../services/readiness.ts';
import { SiteService } from '../services/site-service.ts';
import { Presence } from '../services/presence.ts';
import { testAnchorKey, tester } from '../testing/index.ts';
import { migrations } from './migrations/index.ts';
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

  it('is read by nobody else, keeps references, and syncs each commit', async () => {
    const db = await openDatabase(`sqlite:${file}`);
    const ask = async (name: string): Promise<unknown> =>
      Object.values((await sql.raw<object>(`PRAGMA ${name}`).execute(db)).rows[0]!)[0];
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect([await ask('journal_mode'), await ask('synchronous'), await ask('foreign_keys')]).toEqual(['wal', 2, 1]);
    await db.destroy();
  });

  it('that may only be read makes a clear error', async () => {
    const store = new Store(await openDatabase(file), systemClock, new AuditLog(testAnchorKey()));
    const sites = new SiteService(store, new Presence(), { isBehind: false });
    await sql`PRAGMA query_only = ON`.execute(store.db);
    await expect(sites.create(tester, { name: 'hq' })).rejects.toMatchObject({ code: 'database_unavailable' });
    expect(await readiness(store)).toMatchObject([{ code: 'database_unavailable' }]);
    await sql`PRAGMA query_only = OFF`.execute(store.db);
    expect(await readiness(store)).toEqual([]);
    await store.close();
  });

  it('of an older program keeps its rows, their references, and the ids that were given', async () => {
    const sqlite = new SqliteFile(file);
    const old = new Kysely<unknown>({ dialect: new SqliteDialect({ database: sqlite }) });
    const migrator = new Migrator({ db: old, provider: { getMigrations: async () => migrations } });
    await migrator.migrateTo('0004-sign-in');
    sqlite.exec(`
      INSERT INTO sdwan_sites VALUES ('s1', 'hq', 'Rome', 1, 2, 1), ('s2', 'branch', '', 1, 2, 2);
      INSERT INTO site_prefixes VALUES ('10.1.0.0/24', 's1', 0), ('10.2.0.0/24', 's2', 0);
      INSERT INTO sdwan_endpoints (endpoint_id, site_id, address, port, created_at, updated_at, slot, label, device)
        VALUES ('e1', 's1', '192.0.2.1', 51820, 1, 2, 0, 'mpls', 'eth0');
      INSERT INTO sdwan_policies (priority, name, match_conditions, action, created_at, updated_at, class)
        VALUES (0, 'default', '{}', '{}', 1, 2, 1), (9, 'gone', '{}', '{}', 1, 2, 2);
      INSERT INTO sdwan_policy_stats (policy_id, timestamp, packets_matched, bytes_matched) VALUES (1, 5, 6, 7);
      DELETE FROM sdwan_policies WHERE name = 'gone'`);
    const tables = ['sdwan_sites', 'site_prefixes', 'sdwan_endpoints', 'sdwan_policies', 'sdwan_policy_stats'];
    const rows = (from: SqliteFile.Database) =>
      tables.flatMap((table) => from.prepare<[], object>(`SELECT * FROM ${table}`).all());
    const before = rows(sqlite);
    await old.destroy();

    const db = await openDatabase(file);
    const reader = new SqliteFile(file, { readonly: true });
    expect(rows(reader)).toEqual(before.map((row) => expect.objectContaining(row) as unknown));
    reader.close();
    const policy = {
      priority: 9,
      name: 'new',
      description: '',
      match_conditions: '{}',
      action: '{}',
      created_at: 1,
      updated_at: 2,
    };
    const made = await db
      .insertInto('sdwan_policies')
      .values({ ...policy, class: 3 })
      .executeTakeFirst();
    expect(made.insertId).toBe(3n);
    await expect(
      db
        .insertInto('sdwan_policies')
        .values({ ...policy, class: 4 })
        .execute(),
    ).rejects.toThrow(/UNIQUE/);
    const twin = { site_id: 's3', name: 'HQ', location: '', site_index: 3, created_at: 1, updated_at: 2 };
    await expect(db.insertInto('sdwan_sites').values(twin).execute()).rejects.toThrow(/UNIQUE/);
    await db.updateTable('sdwan_sites').set({ deleted_at: 9 }).where('site_id', '=', 's1').execute();
    await db.insertInto('sdwan_sites').values(twin).execute();
    await db.deleteFrom('sdwan_sites').where('site_id', '=', 's1').execute();
    expect(await db.selectFrom('sdwan_endpoints').selectAll().execute()).toEqual([]);
    await db.destroy();
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

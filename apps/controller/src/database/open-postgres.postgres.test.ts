import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@patronus/core';
import { AuditLog } from '../audit/index.ts';
import { pathRepository, siteRepository } from '../repositories/index.ts';
import { emptyPostgresDatabase, testAnchorKey, withAdministrator, type TestDatabase } from '../testing/index.ts';
import { migrations } from './migrations/index.ts';
import { openDatabase } from './open-database.ts';
import { Store } from './store.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await emptyPostgresDatabase();
});
afterEach(() => database.remove());

const site = { site_id: 's1', name: 'HQ', location: '', site_index: 1, created_at: 1, updated_at: 2 };
/** The same server and database by other ways in. */
const by = (change: (url: URL) => void): string => {
  const url = new URL(database.url);
  change(url);
  return url.href;
};
const byTcp = (userAndPassword: string): string => {
  const { port, pathname } = new URL(database.url);
  return `postgres://${userAndPassword}@127.0.0.1:${port}${pathname}`;
};
const refusalOf = async (url: string): Promise<Error> => {
  try {
    await (await openDatabase(url)).destroy();
  } catch (thrown) {
    return thrown as Error;
  }
  throw new Error('it was opened');
};

describe('a PostgreSQL database', () => {
  it('is given its tables once, also when two controllers start at the same time', async () => {
    const both = await Promise.all([openDatabase(database.url), openDatabase(database.url)]);
    const { rows } = await sql<{ name: string }>`SELECT name FROM kysely_migration ORDER BY name`.execute(both[0]);
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(migrations));
    for (const db of both) await db.destroy();
  });

  it('needs a user who is its owner and nothing more', async () => {
    await withAdministrator(async (client) => {
      await client.query('CREATE ROLE plain LOGIN').catch(() => undefined);
      await client.query(`ALTER DATABASE ${new URL(database.url).pathname.slice(1)} OWNER TO plain`);
    });
    const db = await openDatabase(by((url) => (url.username = 'plain')));
    await siteRepository.insert(db, site);
    await db.destroy();
  });

  it('gives numbers, sums and truth in the types that SQLite gives', async () => {
    const db = await openDatabase(database.url);
    await siteRepository.insert(db, { ...site, created_at: 1_893_456_000_123 });
    const { rows } = await sql`
      SELECT created_at, count(*) AS count, sum(site_index) AS sum, avg(site_index) AS avg, 0.5 AS half,
        site_index = 1 AS truth, deleted_at FROM sdwan_sites GROUP BY site_id`.execute(db);
    expect(rows).toEqual([
      { created_at: 1_893_456_000_123, count: 1, sum: 1, avg: 1, half: 0.5, truth: 1, deleted_at: null },
    ]);
    await db.destroy();
  });

  it('tells names apart without regard to case, and other text byte by byte', async () => {
    const db = await openDatabase(database.url);
    await siteRepository.insert(db, site);
    expect(await siteRepository.find(db, 'hq')).toMatchObject({ name: 'HQ' });
    const twin = { ...site, site_id: 's2', name: 'hq', site_index: 2 };
    await expect(siteRepository.insert(db, twin)).rejects.toThrow(/unique/);
    for (const [index, name] of ['b-1', 'b1', 'B_1', 'a', 'É', 'z'].entries()) {
      await siteRepository.insert(db, { ...site, site_id: `t${index}`, name, site_index: 10 + index });
    }
    expect((await siteRepository.list(db)).map(({ name }) => name)).toEqual(['a', 'b-1', 'b1', 'B_1', 'HQ', 'z', 'É']);
    await db.destroy();
  });

  it('is read on after another controller has changed its tables', async () => {
    const db = await openDatabase(database.url);
    await siteRepository.insert(db, site);
    expect(await siteRepository.find(db, 'HQ')).toMatchObject({ name: 'HQ' });
    await sql`ALTER TABLE sdwan_sites ADD COLUMN later BIGINT`.execute(db);
    await expect(siteRepository.find(db, 'HQ')).rejects.toMatchObject({ code: 'database_unavailable' });
    expect(await siteRepository.find(db, 'HQ')).toMatchObject({ name: 'HQ', later: null });
    await db.destroy();
  });

  it('finds nothing in an empty list', async () => {
    const db = await openDatabase(database.url);
    expect(await pathRepository.list(db, { pathIds: [] })).toEqual([]);
    await db.destroy();
  });

  it('refuses text that it cannot hold as wrong input', async () => {
    const store = new Store(await openDatabase(database.url), systemClock, new AuditLog(testAnchorKey()));
    const inserted = store.change(({ db }) => siteRepository.insert(db, { ...site, name: 'a\0b' }));
    await expect(inserted).rejects.toMatchObject({ code: 'invalid_input' });
    expect(store.writeFailure).toBeNull();
    await store.close();
  });

  it('of a newer program is refused and not changed', async () => {
    const db = await openDatabase(database.url);
    await sql`INSERT INTO kysely_migration (name, timestamp) VALUES ('0999-from-the-future', '')`.execute(db);
    await sql`DELETE FROM kysely_migration WHERE name = '0007-deletion'`.execute(db);
    expect(await refusalOf(database.url)).toMatchObject({
      code: 'database_newer',
      message: expect.stringContaining('0999-from-the-future') as unknown,
    });
    const { rows } = await sql`SELECT 1 FROM kysely_migration WHERE name = '0007-deletion'`.execute(db);
    expect(rows).toEqual([]);
    await db.destroy();
  });
});

describe('a database that cannot be opened', () => {
  it('since nothing answers is told within seconds, with the place', async () => {
    const start = performance.now();
    const refusal = await refusalOf('postgres://patronus:hunter2@127.0.0.1:1/patronus');
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(refusal).toMatchObject({ code: 'database_unavailable' });
    expect(refusal.message).toMatch(/the database patronus at 127\.0\.0\.1:1 cannot be reached.*ECONNREFUSED/);
  });

  it('since the password is wrong names the user, and the password nowhere', async () => {
    const refusal = await refusalOf(byTcp('patronus:hunter2'));
    expect(refusal).toMatchObject({ code: 'database_unavailable' });
    expect(refusal.message).toMatch(/does not let patronus in; check user and password/);
    expect(JSON.stringify([refusal.message, refusal.stack, refusal.cause])).not.toContain('hunter2');
  });

  it('since it is not there names the command that makes it', async () => {
    const refusal = await refusalOf(by((url) => (url.pathname = '/nowhere')));
    expect(refusal.message).toMatch(/is not there; make it with: createdb --owner=patronus nowhere/);
  });

  it('since the user may not make tables names the remedy', async () => {
    await withAdministrator((client) => client.query('CREATE ROLE guest LOGIN').catch(() => undefined));
    const refusal = await refusalOf(by((url) => (url.username = 'guest')));
    expect(refusal.message).toMatch(/OWNER TO guest/);
  });

  it('since its encoding does not hold all text names the remedy', async () => {
    await withAdministrator(async (client) => {
      const name = new URL(database.url).pathname.slice(1);
      await client.query(`CREATE DATABASE ${name}_latin TEMPLATE template0 ENCODING LATIN1 LOCALE 'C'`);
    });
    const refusal = await refusalOf(`${database.url}_latin`);
    await withAdministrator((client) => client.query(`DROP DATABASE ${new URL(database.url).pathname.slice(1)}_latin`));
    expect(refusal.message).toMatch(/has the encoding LATIN1; make one with: createdb --encoding=UTF8/);
  });

  it('since the URL is none does not repeat it', async () => {
    const refusal = await refusalOf('postgres://patronus:hunter2@[db/patronus');
    expect(refusal).toMatchObject({ code: 'invalid_input' });
    expect(refusal.message).not.toContain('hunter2');
  });
});

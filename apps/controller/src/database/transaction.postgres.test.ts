import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@patronus/core';
import { AuditLog } from '../audit/index.ts';
import { settingRepository } from '../repositories/index.ts';
import { AuditService } from '../services/audit-service.ts';
import { readiness } from '../services/readiness.ts';
import {
  LossyProxy,
  testAnchorKey,
  tester,
  testDatabase,
  until,
  withAdministrator,
  type TestDatabase,
} from '../testing/index.ts';
import { openDatabase } from './open-database.ts';
import { Store, type Change } from './store.ts';

const key = testAnchorKey();
/** As the protocol carries the statement. */
const commit = 'commit\0';
let database: TestDatabase;
let stores: Store[];
beforeEach(async () => {
  database = await testDatabase();
  stores = [];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  await database.remove();
});

/** As another controller has one. */
const storeAt = async (url = database.url): Promise<Store> => {
  const store = new Store(await openDatabase(url), systemClock, new AuditLog(key));
  stores.push(store);
  return store;
};
const target = { type: 'site', id: 's', name: 's' } as const;
const note = (change: Change): Promise<void> => change.audit(tester, { action: 'site_updated', target });
const get = (store: Store, name: string) => settingRepository.get(store.db, name);
const set = (store: Store, name: string, value: string): Promise<void> =>
  store.change(async (change) => {
    await settingRepository.set(change.db, name, value);
    await note(change);
  });
const name = (): string => new URL(database.url).pathname.slice(1);
/** Ends every connection to the database, as a server does that is shut down. */
const cutAll = (): Promise<void> =>
  withAdministrator((client) =>
    client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name()}'`),
  );

describe('changes of two controllers on one database', () => {
  it('take turns: no count is lost, and the audit chain has no fork', async () => {
    const two = [await storeAt(), await storeAt()];
    const count = (store: Store) =>
      store.change(async (change) => {
        const before = Number((await settingRepository.get(change.db, 'count')) ?? 0);
        await settingRepository.set(change.db, 'count', String(before + 1));
        await note(change);
      });
    await Promise.all(Array.from({ length: 100 }, (_, index) => count(two[index % 2]!)));
    expect(await get(two[0]!, 'count')).toBe('100');
    expect(await new AuditService(two[1]!).verify()).toMatchObject({ valid: true, rows: 100 });
  });

  it('tell the world of each in the order in which they were stored', async () => {
    const store = await storeAt();
    const told: number[] = [];
    const changes = Array.from({ length: 20 }, (_, index) =>
      store.change(async (change) => {
        await settingRepository.set(change.db, 'last', String(index));
        change.afterCommit(() => told.push(index));
      }),
    );
    await Promise.all(changes);
    expect(told).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });
});

describe('a change whose connection is lost', () => {
  it('half-way is not stored, tells nobody, and the next one is', async () => {
    const store = await storeAt();
    let isTold = false;
    const change = store.change(async ({ db, afterCommit }) => {
      await settingRepository.set(db, 'half', 'done');
      afterCommit(() => (isTold = true));
      await cutAll();
      await settingRepository.set(db, 'other half', 'done');
    });
    await expect(change).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.stringMatching(/nothing of this change was stored|cannot be reached/) as unknown,
    });
    expect(await get(store, 'half')).toBeUndefined();
    expect(isTold).toBe(false);
    await set(store, 'half', 'again');
    expect(await get(store, 'half')).toBe('again');
    expect(store.writeFailure).toBeNull();
  });

  it('before the server hears that it shall be stored is not, and says so', async () => {
    const { proxy, url } = await LossyProxy.to(database.url);
    await using _ = proxy;
    const store = await storeAt(url);
    proxy.cutAt(commit, 'before');
    await expect(set(store, 'a', '1')).rejects.toMatchObject({ code: 'database_unavailable' });
    expect(await get(store, 'a')).toBeUndefined();
    await set(store, 'a', '2');
    expect(await get(store, 'a')).toBe('2');
    await stores.pop()!.close();
  });

  it('after it was stored counts as stored', async () => {
    const { proxy, url } = await LossyProxy.to(database.url);
    await using _ = proxy;
    const store = await storeAt(url);
    let isTold = false;
    proxy.cutAt(commit, 'after');
    await store.change(async ({ db, afterCommit }) => {
      await settingRepository.set(db, 'a', '1');
      afterCommit(() => (isTold = true));
    });
    expect(isTold).toBe(true);
    expect(await get(store, 'a')).toBe('1');
    await stores.pop()!.close();
  });

  it('while nobody uses it is not noticed', async () => {
    const store = await storeAt();
    await Promise.all(Array.from({ length: 8 }, () => get(store, 'a')));
    await cutAll();
    await until('the pool has dropped its connections', async () => (await readiness(store)).length === 0);
    await set(store, 'a', '1');
    expect(await get(store, 'a')).toBe('1');
  });
});

it('a database that takes no writes says so, is not ready, and is again when it does', async () => {
  const store = await storeAt();
  await withAdministrator((client) => client.query(`ALTER DATABASE ${name()} SET default_transaction_read_only = on`));
  await cutAll();
  const refusal = await until('a new connection refuses to write', () =>
    set(store, 'a', '1').then(
      () => null,
      (thrown: Error) => (/takes no writes now/.test(thrown.message) ? thrown : null),
    ),
  );
  expect(refusal).toMatchObject({ code: 'database_unavailable' });
  expect(await readiness(store)).toMatchObject([{ code: 'database_unavailable' }]);
  await withAdministrator((client) => client.query(`ALTER DATABASE ${name()} RESET default_transaction_read_only`));
  await cutAll();
  await until('it is ready again', async () => (await readiness(store)).length === 0);
  await set(store, 'a', '1');
});

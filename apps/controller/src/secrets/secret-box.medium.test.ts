import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tester, testNetwork, type TestNetwork } from '../testing/index.ts';
import { MasterKeys } from './master-keys.ts';
import { placeOf, SecretBox } from './secret-box.ts';

const keyText = (byte: number): string => Buffer.alloc(32, byte).toString('base64');
let network: TestNetwork;
let directory: string;
beforeEach(async () => {
  network = await testNetwork();
  directory = mkdtempSync(join(tmpdir(), 'patronus-secrets-'));
});
afterEach(async () => {
  await network.close();
  rmSync(directory, { recursive: true });
});

const keyFile = () => join(directory, 'secret.key');
const masters = (secretKey: string | null = null, previousSecretKey: string | null = null) =>
  MasterKeys.open({ secretKey, previousSecretKey, secretKeyFile: keyFile() });
const open = (keys = masters()) => SecretBox.open(network.store, keys);
const store = (kid: string, private_key: string) =>
  network.store.db.insertInto('signing_keys').values({ kid, private_key, created_at: 1 }).execute();
const stored = async (kid: string) =>
  (await network.store.db.selectFrom('signing_keys').selectAll().where('kid', '=', kid).executeTakeFirstOrThrow())
    .private_key;
const place = (kid: string) => placeOf('signing_keys', kid);

describe('a secret', () => {
  it('is read again by whoever has the key, over a restart', async () => {
    const sealed = (await open()).seal(place('a'), 'hush');
    expect(sealed).not.toContain('hush');
    expect(await (await open()).unseal(place('a'), sealed)).toBe('hush');
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
  });

  it('cannot be moved to another row, nor changed', async () => {
    const box = await open();
    const sealed = box.seal(place('a'), 'hush');
    await expect(box.unseal(place('b'), sealed)).rejects.toThrow(/authenticate/);
    const changed = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA');
    await expect(box.unseal(place('a'), changed)).rejects.toThrow(/authenticate/);
  });

  it('that was stored before there was a key is encrypted at the next start', async () => {
    await store('old', 'plain text');
    const box = await open();
    expect(await stored('old')).toMatch(/^pse1\./);
    expect(await box.unseal(place('old'), await stored('old'))).toBe('plain text');
  });
});

describe('a rotation', () => {
  it('encrypts everything anew, with another data key and another key file', async () => {
    const box = await open();
    await store('a', box.seal(place('a'), 'hush'));
    const [before, fileBefore] = [await stored('a'), readFileSync(keyFile(), 'utf8')];
    expect(await box.rotate(tester)).toEqual({ values: 1, masterKeyIsNew: true });
    const after = await stored('a');
    expect(after.split('.')[1]).not.toBe(before.split('.')[1]);
    expect(await box.unseal(place('a'), after)).toBe('hush');
    await expect(box.unseal(place('a'), before)).rejects.toThrow(/not there/);
    const file = readFileSync(keyFile(), 'utf8');
    expect(file.trim().split('\n')).toHaveLength(1);
    expect(file).not.toBe(fileBefore);
    expect(await (await open()).unseal(place('a'), after)).toBe('hush');
    expect((await network.audit.list()).items[0]).toMatchObject({ action: 'secret_key_rotated', actor: 'tester' });
  });

  it('that was cut off after it wrote the key file loses nothing', async () => {
    const box = await open();
    const sealed = box.seal(place('a'), 'hush');
    await store('a', sealed);
    masters().rotate();
    expect(readFileSync(keyFile(), 'utf8').trim().split('\n')).toHaveLength(2);
    const again = await open();
    expect(await again.unseal(place('a'), sealed)).toBe('hush');
    expect(readFileSync(keyFile(), 'utf8').trim().split('\n')).toHaveLength(1);
    expect(await (await open()).unseal(place('a'), sealed)).toBe('hush');
  });

  it('is seen by another controller on the same database', async () => {
    const [one, two] = [await open(masters(keyText(1))), await open(masters(keyText(1)))];
    await one.rotate(tester);
    const sealed = one.seal(place('a'), 'hush');
    expect(await two.unseal(place('a'), sealed)).toBe('hush');
  });
});

describe('a key from the environment', () => {
  it('is changed by one start that knows both', async () => {
    const sealed = (await open(masters(keyText(1)))).seal(place('a'), 'hush');
    await expect(open(masters(keyText(2)))).rejects.toThrow(/another key .*PATRONUS_SECRET_KEY_PREVIOUS/);
    await open(masters(keyText(2), keyText(1)));
    expect(await (await open(masters(keyText(2)))).unseal(place('a'), sealed)).toBe('hush');
    await expect(open(masters(keyText(1)))).rejects.toThrow(/another key/);
  });

  it('that is none is refused with the way to make one', () => {
    expect(() => masters('short')).toThrow(/PATRONUS_SECRET_KEY: is not base64 of 32 bytes; make one with: openssl/);
  });
});

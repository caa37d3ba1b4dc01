import { PatronusError } from '@patronus/core';
import type { Actor } from '../audit/index.ts';
import type { Change, Db, Store } from '../database/index.ts';
import { sealedColumns, secretRepository, type DataKeyRow } from '../repositories/index.ts';
import { decrypt, cipherKey, encrypt, newCipherKey, type CipherKey } from './cipher.ts';
import type { MasterKeys } from './master-keys.ts';

/** `pse1.KEY.TEXT`: the data key, and what it encrypted. */
const form = /^pse1\.([0-9a-f]{16})\.([\w-]+)$/;

/** Encrypts secrets before they are stored, and decrypts them to be used. */
export class SecretBox {
  readonly #store: Store;
  readonly #masters: MasterKeys;
  /** The one that is used from now on is the first. */
  #keys: readonly CipherKey[];

  private constructor(store: Store, masters: MasterKeys, keys: readonly CipherKey[]) {
    this.#store = store;
    this.#masters = masters;
    this.#keys = keys;
  }

  /**
   * Makes the first data key on the first start, encrypts what was stored before there was one, and has data keys encrypted
   * with the current master key. Errors: `invalid_input` where the master key is another one.
   */
  static async open(store: Store, masters: MasterKeys): Promise<SecretBox> {
    const keys = await store.change(async (change) => {
      const rows = await secretRepository.listDataKeys(change.db);
      if (rows.length === 0) return [await addDataKey(change, masters.current)];
      const known: CipherKey[] = [];
      for (const row of rows) known.push(await opening(change, masters, row));
      return known;
    });
    masters.forgetOld();
    const box = new SecretBox(store, masters, keys);
    await store.change((change) => box.#sealPlain(change));
    return box;
  }

  /** `place` tells table and row; a text that is moved elsewhere cannot be read there. */
  seal(place: string, text: string): string {
    return sealed(this.#keys[0]!, place, text);
  }

  /** Throws where the text was changed, or belongs elsewhere. */
  async unseal(place: string, text: string): Promise<string> {
    const keyId = form.exec(text)?.[1];
    // Another controller may have made a new one.
    if (!this.#keys.some(({ id }) => id === keyId)) this.#keys = await this.#load(this.#store.db);
    return opened(this.#keys, place, text);
  }

  /** Encrypts all secrets anew, with a new data key, and with a new master key where that is ours to make. */
  async rotate(by: Actor): Promise<{ readonly values: number; readonly masterKeyIsNew: boolean }> {
    const master = this.#masters.rotate();
    const { key, values } = await this.#store.change(async (change) => {
      const old = await this.#load(change.db);
      const added = await addDataKey(change, master);
      const count = await sealAnew(change, old, added);
      await secretRepository.deleteDataKeysExcept(change.db, added.id);
      const details = { values: count, master_key_is_new: this.#masters.areOurs };
      const target = { type: 'secret_key', id: added.id, name: null } as const;
      await change.audit(by, { action: 'secret_key_rotated', target, details });
      return { key: added, values: count };
    });
    this.#keys = [key];
    this.#masters.forgetOld();
    return { values, masterKeyIsNew: this.#masters.areOurs };
  }

  async #sealPlain(change: Change): Promise<void> {
    for (const column of sealedColumns) {
      for (const { id, text } of await secretRepository.listSealed(change.db, column)) {
        if (form.test(text)) continue;
        await secretRepository.updateSealed(change.db, column, id, this.seal(placeOf(column.table, id), text));
      }
    }
  }

  async #load(db: Db): Promise<CipherKey[]> {
    return (await secretRepository.listDataKeys(db)).map((row) => unwrapped(this.#masters, row));
  }
}

/** Encrypts all secrets with another key; answers how many there were. */
async function sealAnew({ db }: Change, old: readonly CipherKey[], key: CipherKey): Promise<number> {
  let count = 0;
  for (const column of sealedColumns) {
    for (const { id, text } of await secretRepository.listSealed(db, column)) {
      const place = placeOf(column.table, id);
      await secretRepository.updateSealed(db, column, id, sealed(key, place, opened(old, place, text)));
      count++;
    }
  }
  return count;
}

function opened(keys: readonly CipherKey[], place: string, text: string): string {
  const [, keyId = '', encrypted = ''] = form.exec(text) ?? [];
  const key = keys.find(({ id }) => id === keyId);
  if (key === undefined) throw new Error(`${place} was encrypted with the data key "${keyId}", which is not there`);
  return decrypt(key, place, encrypted).toString();
}

/** What a secret belongs to. */
export const placeOf = (table: (typeof sealedColumns)[number]['table'], id: string): string => `${table}/${id}`;

const sealed = (key: CipherKey, place: string, text: string): string =>
  `pse1.${key.id}.${encrypt(key, place, Buffer.from(text))}`;

const wrapping = (keyId: string): string => `data_keys/${keyId}`;

async function addDataKey(change: Change, master: CipherKey): Promise<CipherKey> {
  const key = newCipherKey();
  const wrapped = encrypt(master, wrapping(key.id), key.bytes);
  const row = { key_id: key.id, wrapped, master_key_id: master.id, created_at: change.at };
  await secretRepository.insertDataKey(change.db, row);
  return key;
}

/** The data key, which is encrypted anew where that was done with an older master key. */
async function opening({ db }: Change, masters: MasterKeys, row: DataKeyRow): Promise<CipherKey> {
  const key = unwrapped(masters, row);
  const { current } = masters;
  if (row.master_key_id !== current.id) {
    const wrapped = encrypt(current, wrapping(key.id), key.bytes);
    await secretRepository.rewrapDataKey(db, key.id, { wrapped, master_key_id: current.id });
  }
  return key;
}

function unwrapped(masters: MasterKeys, { key_id, wrapped, master_key_id }: DataKeyRow): CipherKey {
  const master = masters.find(master_key_id);
  if (master !== undefined) return cipherKey(decrypt(master, wrapping(key_id), wrapped));
  throw new PatronusError(
    'invalid_input',
    `the secrets in the database are encrypted with another key (${master_key_id}) than this one (${masters.current.id}); ` +
      'give that one as PATRONUS_SECRET_KEY, or as PATRONUS_SECRET_KEY_PREVIOUS to change to the new one, or put its file back',
  );
}

import { randomBytes, randomUUID } from 'node:crypto';
import { changesBetween, systemActor, type Actor, type AuditTarget } from '../audit/index.ts';
import { tokenHash, type Role, type Scope, type Sessions } from '../auth/index.ts';
import type { Change, Store } from '../database/store.ts';
import { apiKeyRepository, type ApiKeyRow } from '../repositories/api-key-repository.ts';
import type { Standing } from '../repositories/standing.ts';
import { userRepository } from '../repositories/user-repository.ts';
import type { ApiKeyChanges, ApiKeyInput } from './api-key-input.ts';
import {
  deletedAlready,
  notDeleted,
  purgeTime,
  recoverableMs,
  timeText,
  type Deletion,
  type DeletionOptions,
} from './deletion.ts';
import { checkVersion, type ExpectedVersions } from './expected-version.ts';
import { found } from './found.ts';
import { once, shownOnce } from './once.ts';

const defaultLifetimeSeconds = 90 * 86_400;

/** An API key as the API shows it; its secret is shown once, when it is made. Times are unix ms. */
export interface ApiKeyView {
  readonly id: string;
  readonly name: string;
  readonly userId: string;
  readonly username: string;
  /** That of its user; the key may what both it and its scopes allow. */
  readonly role: Role;
  readonly scopes: readonly Scope[];
  readonly expiresAt: number;
  /** To the minute; null before the first use. */
  readonly lastUsedAt: number | null;
  readonly lastAddress: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt: number | null;
  readonly purgeAt: number | null;
  readonly version: number;
}

export interface NewApiKey extends ApiKeyView {
  readonly key: string;
}

/** Keys by which programs act for a user. Only the hash of the secret is kept. */
export class ApiKeyService {
  readonly #store: Store;
  readonly #sessions: Sessions;

  constructor(store: Store, sessions: Sessions) {
    this.#store = store;
    this.#sessions = sessions;
  }

  /** Of one user, or of all. */
  async list(standing: Standing, userId?: string): Promise<ApiKeyView[]> {
    return (await apiKeyRepository.list(this.#store.db, standing, userId)).map(view);
  }

  /** Errors: `not_found`. */
  async get(id: string): Promise<ApiKeyView> {
    return view(found(await apiKeyRepository.find(this.#store.db, id), 'API key', id));
  }

  /** Whose key it is, live or deleted; null when there is none. */
  async ownerOf(id: string): Promise<string | null> {
    const { db } = this.#store;
    const row = (await apiKeyRepository.find(db, id)) ?? (await apiKeyRepository.find(db, id, 'deleted'));
    return row?.user_id ?? null;
  }

  /**
   * `onceKey` makes it one key however often it is asked for, see {@link once}. Errors: `not_found` for a user who is not
   * there; `conflict` when it was made by an earlier request, as nobody can be told its secret again.
   */
  async create(by: Actor, userId: string, input: ApiKeyInput, onceKey?: string): Promise<NewApiKey> {
    const key = `ptk_${randomBytes(32).toString('base64url')}`;
    const request = { by, key: onceKey, operation: 'api_key_created', input: { ...input, user: userId } };
    const made = await this.#store.change((change) =>
      once(change, request, () => addKey(change, by, { userId, input, secretHash: tokenHash(key) })),
    );
    if (made.isRepeated) throw shownOnce('API key', made.id, 'delete');
    return { ...(await this.get(made.id)), key };
  }

  /** Its secret stays as it is. Errors: `not_found`, `version_mismatch`. */
  async update(
    by: Actor,
    id: string,
    { expires_in_seconds: seconds, ...changes }: ApiKeyChanges,
    expected?: ExpectedVersions,
  ): Promise<ApiKeyView> {
    await this.#store.change(async (change) => {
      const row = found(await apiKeyRepository.find(change.db, id), 'API key', id);
      checkVersion('API key', row.name, row.version, expected);
      const expires_at = seconds === undefined ? row.expires_at : change.at + seconds * 1_000;
      const before = { name: row.name, scopes: scopesOf(row), expires_at: row.expires_at };
      const after = { ...before, ...changes, expires_at };
      const changed = changesBetween(before, after);
      if (Object.keys(changed).length === 0) return;
      const fields = { ...after, scopes: JSON.stringify(after.scopes), updated_at: change.at };
      await apiKeyRepository.update(change.db, id, fields);
      this.#sessions.noteRevocation(change);
      await change.audit(by, { action: 'api_key_updated', target: target(row), details: changed });
    });
    return this.get(id);
  }

  /** It works no more, at once. Errors: `not_found`, `version_mismatch`; `conflict` when it is deleted already and shall not be purged. */
  async delete(by: Actor, id: string, { purge = false, expected }: DeletionOptions = {}): Promise<Deletion<string>> {
    return this.#store.change(async (change) => {
      const live = await apiKeyRepository.find(change.db, id);
      const row = live ?? found(await apiKeyRepository.find(change.db, id, 'deleted'), 'API key', id);
      checkVersion('API key', row.name, row.version, expected);
      if (purge) return this.#purge(change, by, row);
      if (live === undefined) throw deletedAlready('API key', row.name, row.deleted_at!);
      await apiKeyRepository.update(change.db, id, { deleted_at: change.at, updated_at: change.at });
      this.#sessions.noteRevocation(change);
      await change.audit(by, { action: 'api_key_deleted', target: target(row) });
      const purgeAt = purgeTime(change.at)!;
      const message = `API key ${row.name} works no more; it can be restored until ${timeText(purgeAt)}`;
      return { id, name: row.name, message, purgeAt };
    });
  }

  /** It works again, with its secret. Errors: `not_found`; `conflict` when it is not deleted. */
  async restore(by: Actor, id: string): Promise<ApiKeyView> {
    await this.#store.change(async (change) => {
      const row = await apiKeyRepository.find(change.db, id, 'deleted');
      if (row === undefined) {
        throw notDeleted('API key', found(await apiKeyRepository.find(change.db, id), 'API key', id).name);
      }
      await apiKeyRepository.update(change.db, id, { deleted_at: null, updated_at: change.at });
      await change.audit(by, { action: 'api_key_restored', target: target(row) });
    });
    return this.get(id);
  }

  /** Removes for good what can no longer be restored. */
  async purgeExpired(): Promise<void> {
    await this.#store.change(async (change) => {
      for (const row of await apiKeyRepository.listDeletedBefore(change.db, change.at - recoverableMs)) {
        await this.#purge(change, systemActor, row);
      }
    });
  }

  async #purge(change: Change, by: Actor, row: ApiKeyRow): Promise<Deletion<string>> {
    await apiKeyRepository.delete(change.db, row.key_id);
    this.#sessions.noteRevocation(change);
    await change.audit(by, { action: 'api_key_purged', target: target(row) });
    return { id: row.key_id, name: row.name, message: `API key ${row.name} was removed for good`, purgeAt: null };
  }
}

/** Makes a key within a change, and answers its id. Errors: `not_found` for a user who is not there. */
async function addKey(
  change: Change,
  by: Actor,
  { userId, input, secretHash }: { readonly userId: string; readonly input: ApiKeyInput; readonly secretHash: string },
): Promise<string> {
  const { name, scopes, expires_in_seconds: seconds = defaultLifetimeSeconds } = input;
  const user = found(await userRepository.find(change.db, userId), 'user', userId);
  const id = randomUUID();
  const expires_at = change.at + seconds * 1_000;
  await apiKeyRepository.insert(change.db, {
    key_id: id,
    user_id: userId,
    name,
    secret_hash: secretHash,
    scopes: JSON.stringify(scopes),
    expires_at,
    last_used_at: null,
    last_address: null,
    created_at: change.at,
    updated_at: change.at,
    deleted_at: null,
  });
  const details = { user: user.username, scopes, expires_at };
  await change.audit(by, { action: 'api_key_created', target: { type: 'api_key', id, name }, details });
  return id;
}

const target = (row: ApiKeyRow): AuditTarget => ({ type: 'api_key', id: row.key_id, name: row.name });

const scopesOf = (row: ApiKeyRow): Scope[] => JSON.parse(row.scopes) as Scope[];

const view = (row: ApiKeyRow): ApiKeyView => ({
  id: row.key_id,
  name: row.name,
  userId: row.user_id,
  username: row.username,
  role: row.role as Role,
  scopes: scopesOf(row),
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  lastAddress: row.last_address,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  deletedAt: row.deleted_at,
  purgeAt: purgeTime(row.deleted_at),
  version: row.version,
});

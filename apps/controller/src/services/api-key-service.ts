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
import { found } from './found.ts';

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

  /** Errors: `not_found` for a user who is not there. */
  async create(by: Actor, userId: string, input: ApiKeyInput): Promise<NewApiKey> {
    const key = `ptk_${randomBytes(32).toString('base64url')}`;
    const { name, scopes, expires_in_seconds: seconds = defaultLifetimeSeconds } = input;
    const id = randomUUID();
    await this.#store.change(async (change) => {
      const user = found(await userRepository.find(change.db, userId), 'user', userId);
      const expires_at = change.at + seconds * 1_000;
      await apiKeyRepository.insert(change.db, {
        key_id: id,
        user_id: userId,
        name,
        secret_hash: tokenHash(key),
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
    });
    return { ...(await this.get(id)), key };
  }

  /** Its secret stays as it is. Errors: `not_found`. */
  async update(by: Actor, id: string, { expires_in_seconds: seconds, ...changes }: ApiKeyChanges): Promise<ApiKeyView> {
    await this.#store.change(async (change) => {
      const row = found(await apiKeyRepository.find(change.db, id), 'API key', id);
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

  /** It works no more, at once. Errors: `not_found`; `conflict` when it is deleted already and shall not be purged. */
  async delete(by: Actor, id: string, { purge = false }: DeletionOptions = {}): Promise<Deletion<string>> {
    return this.#store.change(async (change) => {
      const live = await apiKeyRepository.find(change.db, id);
      const row = live ?? found(await apiKeyRepository.find(change.db, id, 'deleted'), 'API key', id);
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
});

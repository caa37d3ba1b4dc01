import type { Store } from '../database/index.ts';
import { apiKeyRepository, type ApiKeyRow } from '../repositories/index.ts';
import type { Caller, Role } from './caller.ts';
import { LastUse } from './last-use.ts';
import type { Scope } from './scopes.ts';
import { tokenHash } from './sessions.ts';
import { TokenRefused } from './token-refused.ts';

/** Programs that show who they are by an API key. */
export class ApiKeys {
  readonly #store: Store;
  readonly #lastUse = new LastUse();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Whether a token has the form of an API key. */
  isKey(token: string): boolean {
    return token.startsWith('ptk_');
  }

  /** Errors: `unauthenticated` for one that is unknown, expired or deleted, or whose user may not sign in. */
  async caller(key: string, address: string | null): Promise<Caller> {
    const row = await apiKeyRepository.findUsable(this.#store.db, tokenHash(key), this.#store.wallMs);
    if (row === undefined) throw new TokenRefused('API key');
    await this.#noteUse(row, address);
    return asCaller(row);
  }

  /** The caller of a key as things stand now. Errors: `unauthenticated`. */
  async callerOfKey(keyId: string): Promise<Caller> {
    const row = await apiKeyRepository.find(this.#store.db, keyId);
    const now = row && (await apiKeyRepository.findUsable(this.#store.db, row.secret_hash, this.#store.wallMs));
    if (now === undefined) throw new TokenRefused('API key');
    return asCaller(now);
  }

  async #noteUse({ key_id, last_used_at, last_address }: ApiKeyRow, address: string | null): Promise<void> {
    if (!this.#lastUse.isDue(key_id, last_used_at, this.#store.wallMs)) return;
    const noted = this.#store.change(({ db, at }) =>
      apiKeyRepository.note(db, key_id, { last_used_at: at, last_address: address ?? last_address }),
    );
    // A disk that is full is no reason to refuse somebody who only reads; writes tell of it.
    await noted.catch(() => undefined);
  }
}

const asCaller = (row: ApiKeyRow): Caller => ({
  type: 'api_key',
  id: row.key_id,
  name: `${row.username}/${row.name}`,
  role: row.role as Role,
  userId: row.user_id,
  sessionId: null,
  scopes: JSON.parse(row.scopes) as Scope[],
});

import { decodeJwt } from 'jose';
import type { Caller } from '../auth/index.ts';
import type { Store } from '../database/index.ts';

interface Known {
  readonly caller: Promise<Caller>;
  /** State of the database in which this was found. */
  readonly version: number;
  /** Unix ms. */
  readonly expiresAt: number;
}

/** Sessions that are in use at a time, and more. */
const keptTokens = 1_000;
/** What a revocation at another controller may take to be felt here. */
const maxAgeMs = 1_000;

/**
 * Remembers whose an access token is until anything is written, so that checking its signature and its session is not done
 * for each of a thousand requests per second. An ended session counts at once, since ending it writes.
 */
export class KnownTokens {
  readonly #store: Store;
  readonly #known = new Map<string, Known>();
  readonly #onConnections = new WeakMap<object, { readonly header: string; readonly known: Known }>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The caller of a token, found by `find` where it is not known. Errors: those of `find`. */
  async caller(token: string, find: () => Promise<Caller>): Promise<Caller> {
    const { version } = this.#store;
    const known = this.#known.get(token);
    if (known !== undefined && this.#isCurrent(known)) return known.caller;
    this.#known.delete(token);
    const expiresAt = expiryOf(token, this.#store.wallMs + maxAgeMs);
    if (expiresAt === null) return find();
    const caller = find();
    this.#keep(token, { caller, version, expiresAt });
    try {
      return await caller;
    } catch (thrown) {
      this.#known.delete(token);
      throw thrown;
    }
  }

  /** The caller by the header that a connection showed last, which is compared and not taken apart; null where it is not known. */
  callerOn(connection: object, header: string): Promise<Caller> | null {
    const last = this.#onConnections.get(connection);
    return last?.header === header && this.#isCurrent(last.known) ? last.known.caller : null;
  }

  rememberOn(connection: object, header: string, token: string): void {
    const known = this.#known.get(token);
    if (known !== undefined) this.#onConnections.set(connection, { header, known });
  }

  #isCurrent({ version, expiresAt }: Known): boolean {
    return version === this.#store.version && expiresAt > this.#store.wallMs;
  }

  #keep(token: string, known: Known): void {
    this.#known.set(token, known);
    const oldest = this.#known.keys().next();
    if (this.#known.size > keptTokens && oldest.done !== true) this.#known.delete(oldest.value);
  }
}

/** Null for what is no JWT, such as keys whose every use is noted. */
function expiryOf(token: string, latest: number): number | null {
  if (token.split('.').length !== 3) return null;
  try {
    const { exp } = decodeJwt(token);
    return exp === undefined ? null : Math.min(exp * 1_000, latest);
  } catch {
    return null;
  }
}

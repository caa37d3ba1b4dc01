import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';

/** Queries that are kept, the longest unused one going first; with the longest that are taken, some 16 MB. */
const keptQueries = 1_000;
const maxLength = 16_384;
const hashForm = /^[0-9a-f]{64}$/;

/**
 * Queries that clients name by their SHA-256 in place of sending them (`extensions.persistedQuery`, as Apollo's automatic
 * persisted queries): an unknown one is answered with PERSISTED_QUERY_NOT_FOUND, upon which the client sends it along with
 * its hash once.
 */
export class PersistedQueries {
  readonly #queries = new Map<string, string>();

  /** The text that a request means. Errors: GraphQL errors with the codes that clients of the protocol know. */
  textOf(query: unknown, extensions: unknown): unknown {
    const asked = (extensions as { persistedQuery?: { sha256Hash?: unknown; version?: unknown } } | null | undefined)
      ?.persistedQuery;
    if (asked === undefined || asked === null) return query;
    const { sha256Hash: hash } = asked;
    if (asked.version !== 1 || typeof hash !== 'string' || !hashForm.test(hash)) {
      throw refusal('extensions.persistedQuery must be {"version": 1, "sha256Hash": "64 hex digits"}', 'BAD_REQUEST');
    }
    if (query !== undefined && query !== null) return this.#keep(hash, query);
    const kept = this.#queries.get(hash);
    if (kept === undefined) throw refusal('PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND');
    return this.#keep(hash, kept);
  }

  #keep(hash: string, query: unknown): unknown {
    if (typeof query !== 'string') return query;
    if (createHash('sha256').update(query).digest('hex') !== hash) {
      throw refusal('the hash is not that of the query', 'BAD_REQUEST');
    }
    if (query.length > maxLength) return query;
    this.#queries.delete(hash);
    this.#queries.set(hash, query);
    const oldest = this.#queries.keys().next();
    if (this.#queries.size > keptQueries && oldest.done !== true) this.#queries.delete(oldest.value);
    return query;
  }
}

const refusal = (message: string, code: string): GraphQLError => new GraphQLError(message, { extensions: { code } });

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { InvalidInputError, PatronusError } from '@patronus/core';
import { formatJoinToken } from '@patronus/protocol';
import { Type, type Static } from 'typebox';
import type { Actor, AuditTarget } from '../audit/index.ts';
import type { Change, Store } from '../database/store.ts';
import { enrolmentKeyRepository, type EnrolmentKeyRow } from '../repositories/enrolment-key-repository.ts';
import { siteRepository } from '../repositories/site-repository.ts';
import { found } from './found.ts';
import { once } from './once.ts';

export const EnrolmentKeyInputSchema = Type.Object(
  {
    site: Type.String({ description: 'Name or id of the site whose edge will join' }),
    max_uses: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
    expires_in_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 31_536_000 })),
    replace: Type.Optional(Type.Boolean({ description: 'Takes the place of the edge that the site has' })),
  },
  { additionalProperties: false },
);
export type EnrolmentKeyInput = Static<typeof EnrolmentKeyInputSchema>;

/** An enrolment key as the API shows it; its secret is shown once, when it is made. */
export interface EnrolmentKeyView {
  readonly id: string;
  readonly siteId: string;
  readonly site: string;
  readonly maxUses: number;
  readonly uses: number;
  readonly replace: boolean;
  readonly expiresAt: number;
  readonly revoked: boolean;
  readonly createdAt: number;
}

export interface NewEnrolmentKey extends EnrolmentKeyView {
  readonly key: string;
  readonly edgeUrl: string;
}

const defaultLifetimeSeconds = 86_400;

/** Only the hash is stored: a secret of 256 random bits needs no salt and no slow hash. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Keys that let an edge join a site. */
export class EnrolmentKeyService {
  readonly #store: Store;
  readonly #gateway: { readonly caFingerprint: string; readonly url: () => string };

  constructor(store: Store, gateway: { readonly caFingerprint: string; readonly url: () => string }) {
    this.#store = store;
    this.#gateway = gateway;
  }

  async list(): Promise<EnrolmentKeyView[]> {
    return (await enrolmentKeyRepository.list(this.#store.db)).map(view);
  }

  async get(id: string): Promise<EnrolmentKeyView> {
    return view(found(await enrolmentKeyRepository.find(this.#store.db, id), 'enrolment key', id));
  }

  /**
   * `onceKey` makes it one key however often it is asked for, see {@link once}. Errors: `invalid_input`; `conflict` when it
   * was made by an earlier request, as nobody can be told its secret again.
   */
  async create(by: Actor, input: EnrolmentKeyInput, onceKey?: string): Promise<NewEnrolmentKey> {
    const secret = randomBytes(32).toString('base64url');
    const request = { by, key: onceKey, operation: 'enrolment_key_created', input };
    const { id, isRepeated } = await this.#store.change((change) =>
      once(change, request, () => addKey(change, by, input, secret)),
    );
    if (isRepeated) {
      const remedy = 'revoke that one and create another if its answer was lost';
      throw new PatronusError('conflict', `enrolment key ${id} was created already, and is shown once; ${remedy}`);
    }
    const key = formatJoinToken({ caFingerprint: this.#gateway.caFingerprint, secret });
    return { ...(await this.get(id)), key, edgeUrl: this.#gateway.url() };
  }

  /** The key lets nobody in any more; edges that joined with it stay. */
  async revoke(by: Actor, id: string): Promise<void> {
    await this.#store.change(async (change) => {
      const row = found(await enrolmentKeyRepository.find(change.db, id), 'enrolment key', id);
      await enrolmentKeyRepository.revoke(change.db, id, change.at);
      await change.audit(by, { action: 'enrolment_key_revoked', target: target(id, row.site) });
      const site = { id: row.site_id, name: row.site };
      const message = `An enrolment key for site ${row.site} was revoked`;
      await change.event({ eventType: 'object_deleted', message, site, metadata: { object: 'enrolment_key', id } });
    });
  }
}

async function addKey(change: Change, by: Actor, input: EnrolmentKeyInput, secret: string): Promise<string> {
  const row = await siteRepository.find(change.db, input.site);
  if (row === undefined) {
    const problem = `there is no site "${input.site}"`;
    throw new InvalidInputError([{ field: 'site', problem, remedy: 'create it first' }]);
  }
  const id = randomUUID();
  const terms = {
    max_uses: input.max_uses ?? 1,
    expires_at: change.at + (input.expires_in_seconds ?? defaultLifetimeSeconds) * 1_000,
  };
  const replace = input.replace === true;
  await enrolmentKeyRepository.insert(change.db, {
    key_id: id,
    site_id: row.site_id,
    secret_hash: hashSecret(secret),
    ...terms,
    replace_edge: replace ? 1 : 0,
    revoked_at: null,
    created_at: change.at,
  });
  const details = { ...terms, replace };
  await change.audit(by, { action: 'enrolment_key_created', target: target(id, row.name), details });
  const site = { id: row.site_id, name: row.name };
  const message = `An enrolment key for site ${row.name} was created`;
  await change.event({ eventType: 'object_created', message, site, metadata: { object: 'enrolment_key', id } });
  return id;
}

/** Keys have no name; they are told by their site. */
const target = (id: string, site: string): AuditTarget => ({ type: 'enrolment_key', id, name: site });

const view = (row: EnrolmentKeyRow): EnrolmentKeyView => ({
  id: row.key_id,
  siteId: row.site_id,
  site: row.site,
  maxUses: row.max_uses,
  uses: row.uses,
  replace: row.replace_edge === 1,
  expiresAt: row.expires_at,
  revoked: row.revoked_at !== null,
  createdAt: row.created_at,
});

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { InvalidInputError, PatronusError } from '@patronus/core';
import { formatJoinToken } from '@patronus/protocol';
import { Type, type Static } from 'typebox';
import { changesBetween, type Actor, type AuditEntry, type AuditTarget } from '../audit/index.ts';
import type { Change, Store } from '../database/store.ts';
import { enrolmentKeyRepository, type EnrolmentKeyRow } from '../repositories/enrolment-key-repository.ts';
import { siteRepository } from '../repositories/site-repository.ts';
import { notDeleted } from './deletion.ts';
import { checkVersion, type ExpectedVersions } from './expected-version.ts';
import { found } from './found.ts';
import { once, shownOnce } from './once.ts';

const exact = { additionalProperties: false };
const terms = {
  max_uses: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
  expires_in_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 31_536_000 })),
  replace: Type.Optional(Type.Boolean({ description: 'Takes the place of the edge that the site has' })),
};
export const EnrolmentKeyInputSchema = Type.Object(
  { site: Type.String({ description: 'Name or id of the site whose edge will join' }), ...terms },
  exact,
);
export type EnrolmentKeyInput = Static<typeof EnrolmentKeyInputSchema>;

export const EnrolmentKeyChangesSchema = Type.Object(terms, exact);
export type EnrolmentKeyChanges = Static<typeof EnrolmentKeyChangesSchema>;

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
  readonly version: number;
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
    if (isRepeated) throw shownOnce('enrolment key', id, 'revoke');
    const key = formatJoinToken({ caFingerprint: this.#gateway.caFingerprint, secret });
    return { ...(await this.get(id)), key, edgeUrl: this.#gateway.url() };
  }

  /** Its secret stays as it is. Errors: `not_found`, `version_mismatch`, `invalid_input`; `conflict` while it is revoked. */
  async update(
    by: Actor,
    id: string,
    changes: EnrolmentKeyChanges,
    expected?: ExpectedVersions,
  ): Promise<EnrolmentKeyView> {
    await this.#store.change(async (change) => {
      const row = found(await enrolmentKeyRepository.find(change.db, id), 'enrolment key', id);
      checkVersion('enrolment key', id, row.version, expected);
      if (row.revoked_at !== null) {
        throw new PatronusError('conflict', `enrolment key ${id} was revoked; restore it first`);
      }
      const { max_uses = row.max_uses, expires_in_seconds: seconds, replace = row.replace_edge === 1 } = changes;
      checkUses(row, max_uses);
      const expires_at = seconds === undefined ? row.expires_at : change.at + seconds * 1_000;
      const before = { max_uses: row.max_uses, expires_at: row.expires_at, replace: row.replace_edge === 1 };
      const changed = changesBetween(before, { max_uses, expires_at, replace });
      if (Object.keys(changed).length === 0) return;
      await enrolmentKeyRepository.update(change.db, id, { max_uses, expires_at, replace_edge: replace ? 1 : 0 });
      await announce(change, by, 'updated', row, changed);
    });
    return this.get(id);
  }

  /** The key lets nobody in any more; edges that joined with it stay. Errors: `not_found`, `version_mismatch`. */
  async revoke(by: Actor, id: string, expected?: ExpectedVersions): Promise<void> {
    await this.#store.change(async (change) => {
      const row = found(await enrolmentKeyRepository.find(change.db, id), 'enrolment key', id);
      checkVersion('enrolment key', id, row.version, expected);
      const revoked_at = row.revoked_at ?? change.at;
      await enrolmentKeyRepository.update(change.db, id, { revoked_at });
      await announce(change, by, 'revoked', row);
    });
  }

  /** A revoked key lets edges in again, as often and as long as it was made for. Errors: `not_found`; `conflict`. */
  async restore(by: Actor, id: string): Promise<EnrolmentKeyView> {
    await this.#store.change(async (change) => {
      const row = found(await enrolmentKeyRepository.find(change.db, id), 'enrolment key', id);
      if (row.revoked_at === null) throw notDeleted('enrolment key', id);
      await enrolmentKeyRepository.update(change.db, id, { revoked_at: null });
      await announce(change, by, 'restored', row);
    });
    return this.get(id);
  }
}

function checkUses({ uses }: EnrolmentKeyRow, most: number): void {
  if (most >= uses) return;
  const problem = `${most} is less than the ${uses} edges that joined by it`;
  throw new InvalidInputError([
    { field: 'max_uses', problem, remedy: 'allow as many, or revoke the key to let no more in' },
  ]);
}

const eventOf = { created: 'created', updated: 'updated', revoked: 'deleted', restored: 'restored' } as const;

async function announce(
  change: Change,
  by: Actor,
  done: keyof typeof eventOf,
  { key_id: id, site_id, site: name }: Pick<EnrolmentKeyRow, 'key_id' | 'site_id' | 'site'>,
  details?: AuditEntry['details'],
): Promise<void> {
  const told = details === undefined ? {} : { details };
  await change.audit(by, { action: `enrolment_key_${done}`, target: target(id, name), ...told });
  const message = `An enrolment key for site ${name} was ${done === 'updated' ? 'changed' : done}`;
  const metadata = { object: 'enrolment_key', id } as const;
  await change.event({ eventType: `object_${eventOf[done]}`, message, site: { id: site_id, name }, metadata });
}

async function addKey(change: Change, by: Actor, input: EnrolmentKeyInput, secret: string): Promise<string> {
  const row = await siteRepository.find(change.db, input.site);
  if (row === undefined) {
    const problem = `there is no site "${input.site}"`;
    throw new InvalidInputError([{ field: 'site', problem, remedy: 'create it first' }]);
  }
  const id = randomUUID();
  const limits = {
    max_uses: input.max_uses ?? 1,
    expires_at: change.at + (input.expires_in_seconds ?? defaultLifetimeSeconds) * 1_000,
  };
  const replace = input.replace === true;
  await enrolmentKeyRepository.insert(change.db, {
    key_id: id,
    site_id: row.site_id,
    secret_hash: hashSecret(secret),
    ...limits,
    replace_edge: replace ? 1 : 0,
    revoked_at: null,
    created_at: change.at,
  });
  const made = { key_id: id, site_id: row.site_id, site: row.name };
  await announce(change, by, 'created', made, { ...limits, replace });
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
  version: row.version,
});

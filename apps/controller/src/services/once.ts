import { createHash } from 'node:crypto';
import { canonicalJson, InvalidInputError, PatronusError } from '@patronus/core';
import type { Actor } from '../audit/index.ts';
import type { Change } from '../database/store.ts';
import { idempotencyRepository } from '../repositories/idempotency-repository.ts';

/** For this long the same key means the same request. */
export const idempotencyMs = 24 * 3_600_000;

const keyForm = /^[\x21-\x7e]{1,255}$/;

/** A request that makes something, and the key under which its caller may send it again. */
export interface OnceRequest {
  readonly by: Actor;
  /** Undefined where the caller gave none: then every request makes something. */
  readonly key: string | undefined;
  /** What is asked for, such as `site_created`, and with what. */
  readonly operation: string;
  readonly input: unknown;
}

/** What was made, and whether that was an earlier request with the same key. */
export interface Made {
  readonly id: string;
  readonly isRepeated: boolean;
}

/**
 * Makes something once, whatever happens to the answer: the key is stored in the transaction that makes it, so that both
 * are there or neither is, and whoever asks again with the same key is told what was made. Keys belong to their caller.
 *
 * Errors: `idempotency_key_reused` for the same key with another request; `invalid_input` for what is no key; all that
 * `make` throws, and then the key is as if it had not been used.
 */
export async function once(change: Change, request: OnceRequest, make: () => Promise<string>): Promise<Made> {
  const { by, key, operation, input } = request;
  if (key === undefined) return { id: await make(), isRepeated: false };
  if (!keyForm.test(key)) {
    const remedy = 'use up to 255 visible ASCII characters, such as a random UUID';
    throw new InvalidInputError([{ field: 'Idempotency-Key', problem: 'is not a key', remedy }]);
  }
  const caller = `${by.type} ${by.id ?? by.name}`;
  const row = { caller, key_hash: digest(key), request_hash: digest(canonicalJson([operation, input])) };
  await idempotencyRepository.prune(change.db, change.at - idempotencyMs);
  if (await idempotencyRepository.take(change.db, { ...row, object_id: null, created_at: change.at })) {
    const id = await make();
    await idempotencyRepository.setObject(change.db, caller, row.key_hash, id);
    return { id, isRepeated: false };
  }
  const earlier = await idempotencyRepository.find(change.db, caller, row.key_hash);
  if (earlier?.request_hash !== row.request_hash) throw reused();
  return { id: earlier.object_id ?? '', isRepeated: true };
}

/** For a thing whose secret an earlier request was told. `undo` is what takes it away again. */
export const shownOnce = (what: string, id: string, undo: 'revoke' | 'delete'): PatronusError =>
  new PatronusError(
    'conflict',
    `${what} ${id} was created already, and is shown once; ${undo} that one and create another if its answer was lost`,
  );

const reused = (): PatronusError =>
  new PatronusError(
    'idempotency_key_reused',
    'this Idempotency-Key was used for another request within the last 24 hours; use a new key for a new request',
  );

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

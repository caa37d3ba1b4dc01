import { asApiError, ApiError } from '../../../shared/api/api-error.ts';
import { rest } from '../../../shared/api/rest.ts';
import type { Outcome } from '../../../shared/api/use-api.ts';
import type { Preview } from '../policy-documents.ts';
import type { NameOf } from '../use-names.ts';
import { isObject, type Json, type JsonObject } from './document-path.ts';

/*
 * A policy is read and written by REST: whole, so that a field that the form does not know stays as it is, and with what is
 * wrong told field by field even where a text has words that the API does not know.
 */

/** What people write of a policy, in the order in which they read it. */
const written = ['name', 'description', 'priority', 'enabled', 'match_conditions', 'action'] as const;

/** What a field that is not written means. */
const defaults: JsonObject = { description: '', enabled: true, match_conditions: {}, action: { type: 'steer' } };

export interface StoredPolicy {
  readonly document: JsonObject;
  readonly version: number;
  readonly isDefault: boolean;
}

/** Errors: {@link ApiError}. */
export async function loadPolicy(id: string): Promise<StoredPolicy> {
  const stored = await rest<JsonObject>('GET', `/policies/${encodeURIComponent(id)}`);
  const document = Object.fromEntries(written.flatMap((key) => (key in stored ? [[key, stored[key]!]] : [])));
  return { document, version: Number(stored['version']), isDefault: stored['is_default'] === true };
}

/** Fields whose values may be ids of sites or host sets. */
const naming = /^(source|destination)_(sites|host_sets)$|^fallback_site$/;

/** The document with names in place of ids. */
export function withNames(document: JsonObject, nameOf: NameOf): JsonObject {
  const named = (value: Json, key: string): Json => {
    if (typeof value === 'string') return naming.test(key) ? nameOf(value) : value;
    if (Array.isArray(value)) return value.map((item: Json) => named(item, key));
    if (isObject(value))
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, named(item, name)]));
    return value;
  };
  return named(document, '') as JsonObject;
}

/** Fields at the top of a document that mean something else than before; one that is gone is back to its default. */
export function changesOf(before: JsonObject, after: JsonObject): JsonObject {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  const meant = (document: JsonObject, key: string): Json | undefined => document[key] ?? defaults[key];
  return Object.fromEntries(
    [...keys].flatMap((key) => {
      const [was, is] = [meant(before, key), meant(after, key)];
      return JSON.stringify(was) === JSON.stringify(is) || is === undefined ? [] : [[key, is]];
    }),
  );
}

/** What is to be made of a policy: another one, or another version of one. */
export type Writing =
  | { readonly kind: 'create'; readonly document: JsonObject }
  | { readonly kind: 'update'; readonly id: string; readonly version?: number; readonly changes: JsonObject };

/** Writes it; answers with its id. */
export const writePolicy = (writing: Writing, csrfToken: string): Promise<Outcome<{ readonly id: number }>> =>
  outcomeOf(() =>
    writing.kind === 'create'
      ? rest('POST', '/policies', { body: writing.document, csrfToken })
      : rest('PATCH', `/policies/${writing.id}`, {
          body: writing.changes,
          csrfToken,
          ...(writing.version === undefined ? {} : { version: writing.version }),
        }),
  );

/** Tells what writing it would change. */
export const previewPolicy = (writing: Writing, csrfToken: string): Promise<Outcome<Preview>> =>
  outcomeOf(() => {
    const body =
      writing.kind === 'create'
        ? { create: [writing.document] }
        : { update: [{ id: Number(writing.id), input: writing.changes }] };
    return rest('POST', '/policies/preview', { body, csrfToken });
  });

/** A preview tells fields with the place of the policy among those that it was asked about. */
const prefix = /^(create|update)(\[0\]|\.0)\.(input\.)?/;

async function outcomeOf<Data>(ask: () => Promise<Data>): Promise<Outcome<Data>> {
  try {
    return { ok: true, data: await ask() };
  } catch (thrown) {
    const { code, message, problems } = asApiError(thrown);
    const plain = problems.map((problem) => ({ ...problem, field: problem.field.replace(prefix, '') }));
    return { ok: false, error: new ApiError(code, message, plain) };
  }
}

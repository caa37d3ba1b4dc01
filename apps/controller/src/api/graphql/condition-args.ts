import type { ExpectedVersions } from '../../services/expected-version.ts';
import { builder } from './builder.ts';
import type { GraphqlContext } from './graphql-services.ts';

/** What every change of a versioned thing takes. */
export const versionArgs = builder.args((t) => ({
  version: t.int({
    description: 'The version that the caller has seen: refused with `version_mismatch` when it was changed since',
  }),
}));

/** What everything that makes something takes. */
export const onceArgs = builder.args((t) => ({
  idempotency_key: t.string({ description: 'Under the same key, the same thing is made once within 24 hours' }),
}));

export const expected = (version: number | null | undefined): ExpectedVersions =>
  version === null || version === undefined ? undefined : [version];

/** The key of an argument, or of the header that REST takes where an operation has one field only. */
export const onceKeyOf = (
  { idempotencyKey }: GraphqlContext,
  argument: string | null | undefined,
): string | undefined => argument ?? idempotencyKey;

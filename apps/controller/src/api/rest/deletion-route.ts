import type { FastifyRequest } from 'fastify';
import { Type, type Static, type TProperties, type TSchema } from 'typebox';
import type { Deletion, DeletionOptions } from '../../services/deletion.ts';
import { deletionFields, flag } from './answers.ts';
import { conditionHeaders, expectedVersions } from './conditions.ts';

/** What became of something that was deleted. */
const DeletionSchema = Type.Object({
  success: Type.Literal(true),
  message: Type.String(),
  purge_at: deletionFields.purge_at,
});

const purgeQuery = { purge: flag('For good, at once; also of what is deleted already') };

/** What the deletion of something that others name takes besides. */
export const forceQuery = { force: flag('Although policies name it; they match nothing of it then') };

interface DeletionRoute<P extends TSchema, Q extends TProperties> {
  readonly tags: string[];
  readonly summary: string;
  readonly params: P;
  readonly query: Q;
}

/** How a `DELETE` of something that stays recoverable for a while is asked and answered. */
export const deletionSchema = <P extends TSchema, Q extends TProperties>({ query, ...route }: DeletionRoute<P, Q>) => ({
  ...route,
  headers: conditionHeaders,
  querystring: Type.Object({ ...purgeQuery, ...query }),
  response: { 200: DeletionSchema },
});

/** What such a request asks for, and which versions it says it has seen. */
export const deletionOptions = <Q extends DeletionOptions>(request: FastifyRequest & { readonly query: Q }): Q => ({
  ...request.query,
  expected: expectedVersions(request),
});

export const deletionAnswer = ({ message, purgeAt }: Deletion<unknown>): Static<typeof DeletionSchema> => ({
  success: true,
  message,
  purge_at: purgeAt,
});

import type { ApplyInput } from '../services/apply/index.ts';

/** What is asked for beside `apply` itself: by the names that its operations have at the two doors. */
export interface FurtherOperation {
  readonly rest: string;
  readonly graphql: string;
}

/** Whoever prunes deletes sites, and whoever names users changes them. */
export const furtherOperations = ({ documents, prune }: ApplyInput): FurtherOperation[] => [
  ...(prune === true ? [{ rest: 'DELETE /api/v1/sites/:site', graphql: 'Mutation.deleteSite' }] : []),
  ...(documents.some((document) => document['kind'] === 'User')
    ? [{ rest: 'PATCH /api/v1/users/:user', graphql: 'Mutation.updateUser' }]
    : []),
];

import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './generated/introspection.ts';

/**
 * Reads a GraphQL document and knows the types of its variables and answer from the controller's schema, which the build
 * prints into `generated/`. `npm run check` validates every document against that schema.
 */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: {
    /** Exact up to 2^53; above that the API answers a string of digits. */
    BigInt: number;
    JSON: unknown;
    /** Unix ms. */
    Timestamp: number;
  };
}>();

export type { FragmentOf, ResultOf, TadaDocumentNode, VariablesOf } from 'gql.tada';

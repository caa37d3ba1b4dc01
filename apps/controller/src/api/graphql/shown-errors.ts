import { GraphQLError } from 'graphql';
import { codedError } from './coded-error.ts';

/** Our errors with code and fields, the words of GraphQL's own, and nothing of what was not expected. */
export function shownError(error: GraphQLError): GraphQLError {
  const original: unknown = error.originalError ?? undefined;
  return original === undefined || original instanceof GraphQLError ? error : codedError(original, error);
}

/** Anything that was thrown, as GraphQL tells it. */
export const asGraphqlError = (thrown: unknown): GraphQLError =>
  thrown instanceof GraphQLError ? shownError(thrown) : codedError(thrown);

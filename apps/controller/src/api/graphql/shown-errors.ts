import { GraphQLError } from 'graphql';
import { problemDocument } from '../problem.ts';

/** Our errors with code and fields, the words of GraphQL's own, and nothing of what was not expected. */
export function shownError(error: GraphQLError): GraphQLError {
  const original: unknown = error.originalError ?? undefined;
  if (original === undefined || original instanceof GraphQLError) return error;
  return asGraphqlError(original, error);
}

/** Anything that was thrown, as GraphQL tells it. */
export function asGraphqlError(thrown: unknown, at?: GraphQLError): GraphQLError {
  if (thrown instanceof GraphQLError) return shownError(thrown);
  const { code, detail, problems, current_version } = problemDocument(thrown).body;
  return new GraphQLError(detail, {
    ...(at?.nodes === undefined ? {} : { nodes: at.nodes }),
    ...(at?.path === undefined ? {} : { path: at.path }),
    extensions: {
      code,
      ...(problems === undefined ? {} : { problems }),
      ...(current_version === undefined ? {} : { current_version }),
    },
  });
}

import { GraphQLError } from 'graphql';
import { problemDocument } from '../problem.ts';

/** Anything that was thrown as GraphQL tells it: our errors with code and fields, nothing of what was not expected. */
export function codedError(thrown: unknown, at: Pick<GraphQLError, 'nodes' | 'path'> | null = null): GraphQLError {
  const { body } = problemDocument(thrown);
  return new GraphQLError(body.detail, {
    ...(at?.nodes === undefined ? {} : { nodes: at.nodes }),
    ...(at?.path === undefined ? {} : { path: at.path }),
    extensions: {
      code: body.code,
      ...(body.problems === undefined ? {} : { problems: body.problems }),
      ...(body.current_version === undefined ? {} : { current_version: body.current_version }),
    },
  });
}

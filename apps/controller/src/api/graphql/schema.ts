import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './queries.ts';
import './lists.ts';
import './mutations.ts';
import './path-operations.ts';
import './deletions.ts';
import './subscriptions.ts';

export const graphqlSchema: GraphQLSchema = builder.toSchema();

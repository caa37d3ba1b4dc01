import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './queries.ts';
import './mutations.ts';
import './path-operations.ts';
import './deletions.ts';
import './stats.ts';
import './subscriptions.ts';

export const graphqlSchema: GraphQLSchema = builder.toSchema();

import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './queries.ts';
import './mutations.ts';
import './path-operations.ts';
import './apply-operations.ts';
import './deletions.ts';
import './event-operations.ts';
import './event-sinks.ts';
import './subscriptions.ts';

export const graphqlSchema: GraphQLSchema = builder.toSchema();

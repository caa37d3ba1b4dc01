import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import { guardFields } from './guard-fields.ts';
import './queries.ts';
import './mutations.ts';
import './path-operations.ts';
import './deletions.ts';
import './users.ts';
import './sessions.ts';
import './api-keys.ts';
import './totp.ts';
import './keys.ts';
import './passkeys.ts';
import './subscriptions.ts';

export const graphqlSchema: GraphQLSchema = guardFields(builder.toSchema());

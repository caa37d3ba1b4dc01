import {
  ApiKeyChangesSchema,
  ApiKeyInputSchema,
  type ApiKeyChanges,
  type ApiKeyInput,
} from '../../services/api-key-input.ts';
import type { ApiKeyView, NewApiKey } from '../../services/api-key-service.ts';
import { ownerToBe } from '../owner-asked-for.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import { expected, onceArgs, onceKeyOf, versionArgs } from './condition-args.ts';
import { actorIn, admitOwner } from './graphql-services.ts';
import { outcomeType } from './types.ts';

const asApiKey = inputChecker<ApiKeyInput>(ApiKeyInputSchema);
const asApiKeyChanges = inputChecker<ApiKeyChanges>(ApiKeyChangesSchema);

export const apiKeyType = builder.objectRef<ApiKeyView & Partial<NewApiKey>>('ApiKey').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name'),
    user_id: t.exposeID('userId'),
    username: t.exposeString('username'),
    role: t.exposeString('role', { description: 'That of its user' }),
    scopes: t.stringList({ resolve: (key) => [...key.scopes] }),
    key: t.exposeString('key', { nullable: true, description: 'Shown once, in the answer to its creation' }),
    expires_at: t.expose('expiresAt', { type: 'Timestamp' }),
    last_used_at: t.expose('lastUsedAt', { type: 'Timestamp', nullable: true, description: 'To the minute' }),
    last_address: t.exposeString('lastAddress', { nullable: true }),
    created_at: t.expose('createdAt', { type: 'Timestamp' }),
    updated_at: t.expose('updatedAt', { type: 'Timestamp' }),
    deleted_at: t.expose('deletedAt', { type: 'Timestamp', nullable: true }),
    purge_at: t.expose('purgeAt', { type: 'Timestamp', nullable: true, description: 'Until when it can be restored' }),
    version: t.exposeInt('version', { description: 'Grows with every change of what people set' }),
  }),
});

const apiKeyInput = builder.inputType('ApiKeyInput', {
  fields: (t) => ({
    name: t.string({ required: true }),
    scopes: t.stringList({ required: true }),
    expires_in_seconds: t.int(),
    user: t.string({ description: 'Whom it acts for, by id or name; absent: you' }),
  }),
});

const apiKeyChanges = builder.inputType('ApiKeyChanges', {
  fields: (t) => ({ name: t.string(), scopes: t.stringList(), expires_in_seconds: t.int() }),
});

const keyId = { required: true } as const;

builder.queryFields((t) => ({
  apiKey: t.field({
    type: apiKeyType,
    args: { key_id: t.arg.id(keyId) },
    resolve: async (_root, { key_id }, context, info) => {
      const { apiKeys } = context.services;
      await admitOwner(context, info, await apiKeys.ownerOf(key_id));
      return apiKeys.get(key_id);
    },
  }),
}));

builder.mutationFields((t) => ({
  createApiKey: t.field({
    type: apiKeyType,
    args: { input: t.arg({ type: apiKeyInput, required: true }), ...onceArgs },
    resolve: async (_root, args, context, info) => {
      const { services, caller } = context;
      const input = asApiKey(args.input);
      const owner = await ownerToBe(caller, input.user, services.users, (id) => admitOwner(context, info, id));
      const onceKey = onceKeyOf(context, args.idempotency_key);
      return services.apiKeys.create(actorIn(context), owner, input, onceKey);
    },
  }),
  updateApiKey: t.field({
    type: apiKeyType,
    args: { key_id: t.arg.id(keyId), input: t.arg({ type: apiKeyChanges, required: true }), ...versionArgs },
    resolve: async (_root, { key_id, input, version }, context, info) => {
      const { apiKeys } = context.services;
      await admitOwner(context, info, await apiKeys.ownerOf(key_id));
      return apiKeys.update(actorIn(context), key_id, asApiKeyChanges(input), expected(version));
    },
  }),
  deleteApiKey: t.field({
    type: outcomeType,
    description: 'The key works no more; it can be restored for 30 days',
    args: { key_id: t.arg.id(keyId), purge: t.arg.boolean({ description: 'For good, at once' }), ...versionArgs },
    resolve: async (_root, { key_id, purge, version }, context, info) => {
      const { apiKeys } = context.services;
      await admitOwner(context, info, await apiKeys.ownerOf(key_id));
      const options = { purge: purge === true, expected: expected(version) };
      return apiKeys.delete(actorIn(context), key_id, options);
    },
  }),
  restoreApiKey: t.field({
    type: apiKeyType,
    args: { key_id: t.arg.id(keyId) },
    resolve: async (_root, { key_id }, context, info) => {
      const { apiKeys } = context.services;
      await admitOwner(context, info, await apiKeys.ownerOf(key_id));
      return apiKeys.restore(actorIn(context), key_id);
    },
  }),
}));

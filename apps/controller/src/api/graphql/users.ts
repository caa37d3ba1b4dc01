import type { TokenPair } from '../../auth/index.ts';
import {
  NewPasswordSchema,
  PasswordChangeSchema,
  UserChangesSchema,
  UserInputSchema,
  type NewPassword,
  type PasswordChangeInput,
  type UserChanges,
  type UserInput,
} from '../../services/user-input.ts';
import type { PasswordLink, UserView } from '../../services/user-service.ts';
import type { Erasure } from '../../services/erasure-service.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import { expected, onceArgs, onceKeyOf, versionArgs } from './condition-args.ts';
import { actorIn, admitOwner } from './graphql-services.ts';
import { outcomeType } from './types.ts';

const asUser = inputChecker<UserInput>(UserInputSchema);
const asUserChanges = inputChecker<UserChanges>(UserChangesSchema);
const asNewPassword = inputChecker<NewPassword>(NewPasswordSchema);
const asPasswordChange = inputChecker<PasswordChangeInput>(PasswordChangeSchema);

export const userType = builder.objectRef<UserView>('User').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    username: t.exposeString('username'),
    name: t.exposeString('name'),
    role: t.exposeString('role'),
    enabled: t.exposeBoolean('enabled'),
    totp: t.exposeBoolean('totp', { description: 'Whether a code is asked for at their sign-in' }),
    locked_until: t.expose('lockedUntil', { type: 'Timestamp', nullable: true }),
    last_sign_in_at: t.expose('lastSignInAt', { type: 'Timestamp', nullable: true }),
    created_at: t.expose('createdAt', { type: 'Timestamp' }),
    updated_at: t.expose('updatedAt', { type: 'Timestamp' }),
    deleted_at: t.expose('deletedAt', { type: 'Timestamp', nullable: true }),
    purge_at: t.expose('purgeAt', {
      type: 'Timestamp',
      nullable: true,
      description: 'Until when they can be restored',
    }),
    version: t.exposeInt('version', { description: 'Grows with every change of what people set' }),
  }),
});

const linkType = builder.objectRef<PasswordLink>('PasswordLink').implement({
  fields: (t) => ({
    username: t.exposeString('username'),
    path: t.exposeString('path', { description: 'To be put after the address of this controller; shown once' }),
    expires_at: t.expose('expiresAt', { type: 'Timestamp' }),
  }),
});

export const tokensType = builder.objectRef<TokenPair>('Tokens').implement({
  fields: (t) => ({
    access_token: t.exposeString('access_token', { description: 'JWT, for the Authorization header' }),
    refresh_token: t.exposeString('refresh_token', { description: 'Good for one exchange' }),
    token_type: t.exposeString('token_type'),
    expires_in: t.exposeInt('expires_in', { description: 'Seconds until the access token expires' }),
  }),
});

const erasureType = builder.objectRef<Erasure>('Erasure').implement({
  fields: (t) => ({
    success: t.boolean({ resolve: () => true }),
    message: t.exposeString('message'),
    pseudonym: t.exposeString('pseudonym', { description: 'What stands in the place of their name from now on' }),
    audit_rows: t.exposeInt('auditRows'),
    events: t.exposeInt('events'),
  }),
});

const userInput = builder.inputType('UserInput', {
  fields: (t) => ({
    username: t.string({ required: true }),
    name: t.string(),
    role: t.string({ required: true, description: 'viewer, operator or admin' }),
    enabled: t.boolean(),
    password: t.string({ description: 'Absent: they choose one by a link' }),
  }),
});

const userChanges = builder.inputType('UserChanges', {
  fields: (t) => ({ name: t.string(), role: t.string(), enabled: t.boolean() }),
});

const userId = { required: true, description: 'Id or name' } as const;

builder.queryFields((t) => ({
  account: t.field({
    type: userType,
    description: 'The user who asks',
    resolve: (_root, _args, { services, caller }) => services.users.account(caller!),
  }),
  user: t.field({
    type: userType,
    args: { user_id: t.arg.id(userId) },
    resolve: async (_root, { user_id }, context, info) => {
      const { users } = context.services;
      await admitOwner(context, info, await users.idOf(user_id));
      return users.get(user_id);
    },
  }),
}));

builder.mutationFields((t) => ({
  createUser: t.field({
    type: userType,
    args: { input: t.arg({ type: userInput, required: true }), ...onceArgs },
    resolve: (_root, { input, idempotency_key }, context) =>
      context.services.users.create(actorIn(context), asUser(input), onceKeyOf(context, idempotency_key)),
  }),
  updateUser: t.field({
    type: userType,
    args: { user_id: t.arg.id(userId), input: t.arg({ type: userChanges, required: true }), ...versionArgs },
    resolve: (_root, { user_id, input, version }, context) =>
      context.services.users.update(actorIn(context), user_id, asUserChanges(input), expected(version)),
  }),
  deleteUser: t.field({
    type: outcomeType,
    description: 'Signs a user out for good; they can be restored for 30 days',
    args: { user_id: t.arg.id(userId), purge: t.arg.boolean({ description: 'For good, at once' }), ...versionArgs },
    resolve: (_root, { user_id, purge, version }, context) => {
      const options = { purge: purge === true, expected: expected(version) };
      return context.services.userDeletion.delete(actorIn(context), user_id, options);
    },
  }),
  eraseUser: t.field({
    type: erasureType,
    description: 'Removes a user for good, and all that tells of them, in events and in the audit log too',
    args: { user_id: t.arg.id({ required: true, description: 'Id or name, also of one who was purged before' }) },
    resolve: (_root, { user_id }, context) => context.services.erasure.erase(actorIn(context), user_id),
  }),
  restoreUser: t.field({
    type: userType,
    args: { user_id: t.arg.id(userId) },
    resolve: async (_root, { user_id }, context) => {
      const { users, userDeletion } = context.services;
      return users.get(await userDeletion.restore(actorIn(context), user_id));
    },
  }),
}));

builder.mutationFields((t) => ({
  setUserPassword: t.field({
    type: outcomeType,
    description: 'Sets a password for somebody else, and signs them out',
    args: { user_id: t.arg.id(userId), password: t.arg.string({ required: true }) },
    resolve: async (_root, { user_id, password }, context) => {
      await context.services.users.setPassword(actorIn(context), user_id, asNewPassword({ password }).password);
      return { message: 'The password was set, and all sessions of the user were ended' };
    },
  }),
  createPasswordLink: t.field({
    type: linkType,
    description: 'A link by which a user chooses a password, once',
    args: { user_id: t.arg.id(userId) },
    resolve: (_root, { user_id }, context) => context.services.users.createPasswordLink(actorIn(context), user_id),
  }),
  changePassword: t.field({
    type: tokensType,
    description: 'Changes your own password, ends all of your sessions, and opens a new one',
    args: { current_password: t.arg.string({ required: true }), new_password: t.arg.string({ required: true }) },
    resolve: (_root, args, context) => {
      const { current_password: currentPassword, new_password: newPassword } = asPasswordChange(args);
      return context.services.signIn.changePassword(context.caller!, context, { currentPassword, newPassword });
    },
  }),
}));

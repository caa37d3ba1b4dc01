import type { IdentityView, SignInWay } from '../../services/single-sign-on-service.ts';
import { ownerAskedFor } from '../owner-asked-for.ts';
import { builder } from './builder.ts';
import { actorIn, admitOwner } from './graphql-services.ts';
import { outcomeType } from './types.ts';

const wayType = builder.objectRef<SignInWay>('SignInWay').implement({
  fields: (t) => ({
    kind: t.exposeString('kind', { description: '`password`, `passkey` or `oidc`' }),
    name: t.exposeString('name'),
    start_path: t.exposeString('startPath', { nullable: true, description: 'Where a browser goes to begin' }),
  }),
});

const identityType = builder.objectRef<IdentityView>('Identity').implement({
  description: 'What a service of single sign-on calls a user',
  fields: (t) => ({
    id: t.exposeID('id'),
    user_id: t.exposeID('userId'),
    username: t.exposeString('username'),
    issuer: t.exposeString('issuer'),
    subject: t.exposeString('subject'),
    manages_user: t.exposeBoolean('managesUser', {
      description: 'Whether the user’s name and role are what the service says',
    }),
    created_at: t.expose('createdAt', { type: 'Timestamp' }),
    last_used_at: t.expose('lastUsedAt', { type: 'Timestamp', nullable: true }),
  }),
});

builder.queryFields((t) => ({
  signInWays: t.field({
    type: [wayType],
    description: 'The ways to sign in that are open',
    resolve: (_root, _args, { services }) => services.singleSignOn.ways(),
  }),
  identities: t.field({
    type: [identityType],
    args: { user_id: t.arg.id({ description: 'Id or name of a user, `*` for all; absent: your own' }) },
    resolve: async (_root, { user_id }, context, info) => {
      const { services, caller } = context;
      const admit = (ownerId: string | null) => admitOwner(context, info, ownerId);
      return services.singleSignOn.list(await ownerAskedFor(caller, user_id ?? undefined, services.users, admit));
    },
  }),
}));

builder.mutationField('deleteIdentity', (t) =>
  t.field({
    type: outcomeType,
    description: 'Takes single sign-on from an account',
    args: { identity_id: t.arg.id({ required: true }) },
    resolve: async (_root, { identity_id }, context, info) => {
      const { singleSignOn } = context.services;
      await admitOwner(context, info, await singleSignOn.ownerOf(identity_id));
      await singleSignOn.unlink(actorIn(context), identity_id);
      return { message: 'With that account at the service nobody signs in here any more' };
    },
  }),
);

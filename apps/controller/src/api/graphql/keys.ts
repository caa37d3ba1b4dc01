import type { SigningKeyView } from '../../auth/index.ts';
import { builder } from './builder.ts';
import { actorIn } from './graphql-services.ts';

const signingKeyType = builder.objectRef<SigningKeyView>('SigningKey').implement({
  fields: (t) => ({
    id: t.exposeID('id', { description: '`kid` of the tokens that it signed' }),
    created_at: t.expose('createdAt', { type: 'Timestamp' }),
    current: t.exposeBoolean('current', { description: 'Whether it signs' }),
    valid_until: t.expose('validUntil', { type: 'Timestamp', nullable: true }),
  }),
});

const rotationType = builder
  .objectRef<{ readonly values: number; readonly masterKeyIsNew: boolean }>('SecretKeyRotation')
  .implement({
    fields: (t) => ({
      success: t.boolean({ resolve: () => true }),
      values: t.exposeInt('values', { description: 'Secrets that were encrypted anew' }),
      master_key_is_new: t.exposeBoolean('masterKeyIsNew', { description: 'False where the environment gives it' }),
    }),
  });

builder.queryField('signingKeys', (t) =>
  t.field({ type: [signingKeyType], resolve: (_root, _args, { services }) => services.signer.list() }),
);

builder.mutationFields((t) => ({
  rotateSigningKey: t.field({
    type: signingKeyType,
    description: 'Has a new key sign access tokens from now on',
    args: { immediately: t.arg.boolean({ description: 'Refuse tokens of the keys before at once, as after a theft' }) },
    resolve: (_root, { immediately }, context) =>
      context.services.signer.rotate(actorIn(context), { immediately: immediately === true }),
  }),
  rotateSecretKey: t.field({
    type: rotationType,
    description: 'Encrypts the secrets in the database anew, with other keys',
    resolve: (_root, _args, context) => context.services.secrets.rotate(actorIn(context)),
  }),
}));

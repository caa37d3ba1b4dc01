import { NewPasskeySchema, type NewPasskeyInput } from '../../services/passkey-input.ts';
import type { PasskeyView } from '../../services/passkey-service.ts';
import { ownerAskedFor } from '../owner-asked-for.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import { actorIn, admitOwner } from './graphql-services.ts';
import { outcomeType } from './types.ts';

const asNewPasskey = inputChecker<NewPasskeyInput>(NewPasskeySchema);

const passkeyType = builder.objectRef<PasskeyView>('Passkey').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name'),
    user_id: t.exposeID('userId'),
    username: t.exposeString('username'),
    host: t.exposeString('host', { description: 'The host that it opens' }),
    created_at: t.expose('createdAt', { type: 'Timestamp' }),
    last_used_at: t.expose('lastUsedAt', { type: 'Timestamp', nullable: true }),
  }),
});

const passkeyInput = builder.inputType('PasskeyInput', {
  description: 'What a browser answers to the creation of a passkey; base64url',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Which device it is in' }),
    id: t.string({ required: true }),
    client_data_json: t.string({ required: true }),
    attestation_object: t.string({ required: true }),
    transports: t.stringList(),
    authenticator_attachment: t.string(),
  }),
});

builder.queryField('passkeys', (t) =>
  t.field({
    type: [passkeyType],
    description: 'Newest first',
    args: { user_id: t.arg.id({ description: 'Id or name of a user, `*` for all; absent: your own' }) },
    resolve: async (_root, { user_id }, context, info) => {
      const { services, caller } = context;
      const admit = (ownerId: string | null) => admitOwner(context, info, ownerId);
      return services.passkeys.list(await ownerAskedFor(caller, user_id ?? undefined, services.users, admit));
    },
  }),
);

builder.mutationFields((t) => ({
  beginPasskey: t.field({
    type: 'JSON',
    description: 'What navigator.credentials.create needs',
    args: { password: t.arg.string({ required: true, description: 'Yours' }) },
    resolve: (_root, { password }, { services, caller, address, site }) =>
      services.passkeys.begin(caller!, address, site, password),
  }),
  addPasskey: t.field({
    type: passkeyType,
    args: { input: t.arg({ type: passkeyInput, required: true }) },
    resolve: (_root, { input }, { services, caller, address, site }) =>
      services.passkeys.add(caller!, address, site, asNewPasskey(input)),
  }),
  deletePasskey: t.field({
    type: outcomeType,
    args: { passkey_id: t.arg.id({ required: true }) },
    resolve: async (_root, { passkey_id }, context, info) => {
      const { passkeys } = context.services;
      await admitOwner(context, info, await passkeys.ownerOf(passkey_id));
      await passkeys.remove(actorIn(context), passkey_id);
      return { message: 'The passkey opens nothing any more' };
    },
  }),
}));

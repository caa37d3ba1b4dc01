import type { TotpSetup } from '../../auth/index.ts';
import { CodeSchema, type CodeInput } from '../../services/totp-service.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import { actorIn } from './graphql-services.ts';
import { outcomeType } from './types.ts';

const asCode = inputChecker<CodeInput>(CodeSchema);

const setupType = builder.objectRef<TotpSetup>('TotpSetup').implement({
  fields: (t) => ({
    secret: t.exposeString('secret', { description: 'Base32, for typing; shown once' }),
    uri: t.exposeString('uri', { description: '`otpauth://totp/…`, for a QR code; shown once' }),
  }),
});

const codesType = builder.objectRef<readonly string[]>('RecoveryCodes').implement({
  fields: (t) => ({
    recovery_codes: t.stringList({
      description: 'Each good for one sign-in; shown once',
      resolve: (codes) => [...codes],
    }),
  }),
});

const codeArg = { required: true, description: 'Of the app' } as const;

builder.mutationFields((t) => ({
  beginTotp: t.field({
    type: setupType,
    description: 'A secret for your authenticator app; confirmTotp has it asked for at the sign-in',
    args: { password: t.arg.string({ required: true, description: 'Yours' }) },
    resolve: (_root, { password }, { services, caller, address }) => services.totp.begin(caller!, address, password),
  }),
  confirmTotp: t.field({
    type: codesType,
    args: { code: t.arg.string(codeArg) },
    resolve: (_root, args, { services, caller, address }) => services.totp.confirm(caller!, address, asCode(args).code),
  }),
  removeTotp: t.field({
    type: outcomeType,
    args: { code: t.arg.string(codeArg) },
    resolve: async (_root, args, { services, caller, address }) => {
      await services.totp.remove(caller!, address, asCode(args).code);
      return { message: 'No code is asked for at your sign-in any more' };
    },
  }),
  renewRecoveryCodes: t.field({
    type: codesType,
    args: { code: t.arg.string(codeArg) },
    resolve: (_root, args, { services, caller, address }) =>
      services.totp.renewRecoveryCodes(caller!, address, asCode(args).code),
  }),
  resetUserTotp: t.field({
    type: outcomeType,
    description: 'For a user who has lost app and recovery codes',
    args: { user_id: t.arg.id({ required: true, description: 'Id or name' }) },
    resolve: async (_root, { user_id }, context) => {
      const wasOn = await context.services.totp.reset(actorIn(context), user_id);
      return { message: wasOn ? 'No code is asked for at their sign-in any more' : 'They were not asked for codes' };
    },
  }),
}));

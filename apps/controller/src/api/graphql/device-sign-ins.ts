import type { DeviceSignInView } from '../../services/device-sign-in-service.ts';
import { builder } from './builder.ts';
import { outcomeType } from './types.ts';

const deviceSignInType = builder.objectRef<DeviceSignInView>('DeviceSignIn').implement({
  description: 'A program on some machine that waits to be signed in by a browser',
  fields: (t) => ({
    user_code: t.exposeString('userCode', { description: 'Must be the one that the program shows' }),
    machine: t.exposeString('machine', { nullable: true, description: 'What the program says its machine is called' }),
    address: t.exposeString('address', { nullable: true, description: 'Where it asked from' }),
    requested_at: t.expose('requestedAt', { type: 'Timestamp' }),
    expires_at: t.expose('expiresAt', { type: 'Timestamp' }),
  }),
});

builder.queryField('deviceSignIn', (t) =>
  t.field({
    type: deviceSignInType,
    description: 'The one that waits with a code',
    args: { code: t.arg.string({ required: true, description: 'As the program shows it, like WDJB-MJHT' }) },
    resolve: (_root, { code }, { services, caller, address }) => services.deviceSignIns.find(caller!, address, code),
  }),
);

builder.mutationFields((t) => ({
  approveDeviceSignIn: t.field({
    type: outcomeType,
    description: 'Signs a program in as yourself',
    args: { code: t.arg.string({ required: true }) },
    resolve: async (_root, { code }, { services, caller, address }) => {
      await services.deviceSignIns.approve(caller!, address, code);
      return { message: `The program is signed in as ${caller!.name} as soon as it asks again` };
    },
  }),
  refuseDeviceSignIn: t.field({
    type: outcomeType,
    description: 'Refuses to sign a program in',
    args: { code: t.arg.string({ required: true }) },
    resolve: async (_root, { code }, { services, caller, address }) => {
      await services.deviceSignIns.refuse(caller!, address, code);
      return { message: 'The sign-in was refused' };
    },
  }),
}));

import {
  HostSetChangesSchema,
  HostSetInputSchema,
  type HostSetChanges,
  type HostSetInput,
} from '../../services/host-set-input.ts';
import type { HostSetView } from '../../services/host-set-service.ts';
import { hostSetList } from '../../services/lists/index.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import { expected, onceArgs, onceKeyOf, versionArgs } from './condition-args.ts';
import { actorIn } from './graphql-services.ts';
import { hostSetChanges, hostSetInput } from './inputs.ts';
import { listFields } from './list-fields.ts';
import { outcomeType } from './types.ts';

const asHostSet = inputChecker<HostSetInput>(HostSetInputSchema);
const asChanges = inputChecker<HostSetChanges>(HostSetChangesSchema);

const hostSetType = builder.objectRef<HostSetView>('HostSet').implement({
  description: 'A named list of prefixes and hosts that policies match',
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name'),
    description: t.exposeString('description'),
    members: t.stringList({ resolve: (set) => [...set.members] }),
    created_at: t.expose('createdAt', { type: 'Timestamp' }),
    updated_at: t.expose('updatedAt', { type: 'Timestamp' }),
    version: t.exposeInt('version', { description: 'Grows with every change of what people set' }),
  }),
});

listFields('hostSets', {
  type: hostSetType,
  fields: hostSetList.fields,
  load: async (context, request) => hostSetList.page(await context.services.hostSets.list(), request),
});

builder.queryField('hostSet', (t) =>
  t.field({
    type: hostSetType,
    args: { id: t.arg.id({ required: true, description: 'Id or name' }) },
    resolve: (_root, { id }, context) => context.services.hostSets.get(id),
  }),
);

builder.mutationFields((t) => ({
  createHostSet: t.field({
    type: hostSetType,
    args: { input: t.arg({ type: hostSetInput, required: true }), ...onceArgs },
    resolve: async (_root, { input, idempotency_key }, context) => {
      const key = onceKeyOf(context, idempotency_key);
      return context.services.hostSets.create(actorIn(context), asHostSet(input), key);
    },
  }),
  updateHostSet: t.field({
    type: hostSetType,
    args: {
      id: t.arg.id({ required: true, description: 'Id or name' }),
      input: t.arg({ type: hostSetChanges, required: true }),
      ...versionArgs,
    },
    resolve: async (_root, { id, input, version }, context) =>
      context.services.hostSets.update(actorIn(context), id, asChanges(input), expected(version)),
  }),
  deleteHostSet: t.field({
    type: outcomeType,
    args: { id: t.arg.id({ required: true, description: 'Id or name' }), ...versionArgs },
    resolve: async (_root, { id, version }, context) => {
      await context.services.hostSets.delete(actorIn(context), id, expected(version));
      return { message: 'The host set was deleted' };
    },
  }),
}));

import { ApplyInputSchema, type Application, type ApplyInput } from '../../services/apply/index.ts';
import { furtherOperations } from '../apply-permissions.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import { actorIn } from './graphql-services.ts';
import { policyFindingType } from './types.ts';
import { actionInput, endpointInput, matchInput, transportLinkInput } from './inputs.ts';

const asApply = inputChecker<ApplyInput>(ApplyInputSchema);

const metadataInput = builder.inputType('ManifestMetadataInput', {
  fields: (t) => ({ name: t.string({ required: true }) }),
});

const specInput = builder.inputType('ManifestSpecInput', {
  description: 'The fields of the kind of the document; those of other kinds are refused',
  fields: (t) => ({
    location: t.string(),
    prefixes: t.stringList(),
    tags: t.stringList(),
    time_zone: t.string(),
    members: t.stringList(),
    endpoints: t.field({ type: [endpointInput] }),
    default: t.boolean(),
    priority: t.int(),
    description: t.string(),
    match_conditions: t.field({ type: matchInput }),
    action: t.field({ type: actionInput }),
    enabled: t.boolean(),
    role: t.string(),
    name: t.string(),
    latitude: t.float(),
    longitude: t.float(),
    links: t.field({ type: [transportLinkInput] }),
    guarantee_percent: t.float(),
    ceiling_percent: t.float(),
    trust_dscp: t.intList(),
    set_dscp: t.int(),
  }),
});

const manifestInput = builder.inputType('ManifestInput', {
  description: 'A document as `patronus export` writes it',
  fields: (t) => ({
    apiVersion: t.string({ required: true }),
    kind: t.string({
      required: true,
      description: '`Site`, `HostSet`, `Policy`, `QosClass`, `TransportLinks` or `User`',
    }),
    metadata: t.field({ type: metadataInput, required: true }),
    spec: t.field({ type: specInput, required: true }),
  }),
});

const appliedObjectType = builder.objectRef<Application['objects'][number]>('AppliedObject').implement({
  fields: (t) => ({
    kind: t.exposeString('kind'),
    name: t.exposeString('name'),
    outcome: t.exposeString('outcome', { description: '`created`, `updated`, `unchanged` or `deleted`' }),
    before: t.field({ type: 'JSON', nullable: true, resolve: ({ before }) => before }),
    after: t.field({ type: 'JSON', nullable: true, resolve: ({ after }) => after }),
  }),
});

const applicationType = builder.objectRef<Application>('Application').implement({
  description: 'What became of each document, and of what was pruned',
  fields: (t) => ({
    dry_run: t.exposeBoolean('dryRun'),
    warnings: t.field({ type: [policyFindingType], resolve: ({ warnings }) => [...warnings] }),
    objects: t.field({ type: [appliedObjectType], resolve: ({ objects }) => [...objects] }),
  }),
});

builder.queryField('export', (t) =>
  t.field({
    type: ['JSON'],
    description: 'The network as documents that `apply` takes',
    resolve: (_root, _args, { services, access, caller }) =>
      services.declarations.export({ users: access.allows(caller, 'Query.users') }),
  }),
);

builder.mutationField('apply', (t) =>
  t.field({
    type: applicationType,
    description: 'Makes the network what documents say, in one change or not at all',
    args: {
      documents: t.arg({ type: [manifestInput], required: true }),
      dry_run: t.arg.boolean({ description: 'Tell what would change, and change nothing' }),
      prune: t.arg.boolean({ description: 'Delete what is of these kinds and in no document; for administrators' }),
    },
    resolve: async (_root, args, context) => {
      const { documents, dry_run, prune } = args;
      const { caller, address, access } = context;
      const input = asApply({ documents, dry_run: dry_run === true, prune: prune === true });
      for (const { graphql } of furtherOperations(input)) await access.admit({ caller, address, operation: graphql });
      return context.services.declarations.apply(actorIn(context), input);
    },
  }),
);

import type { ApplicationPort, ApplicationSignature } from '@patronus/core';
import {
  ApplicationChangesSchema,
  ApplicationInputSchema,
  type ApplicationChanges,
  type ApplicationInput,
} from '../../services/application-input.ts';
import type { ApplicationView } from '../../services/application-service.ts';
import { applicationList } from '../../services/lists/index.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import { expected, onceArgs, onceKeyOf, versionArgs } from './condition-args.ts';
import { actorIn } from './graphql-services.ts';
import { listFields } from './list-fields.ts';
import { outcomeType } from './types.ts';

const asApplication = inputChecker<ApplicationInput>(ApplicationInputSchema);
const asChanges = inputChecker<ApplicationChanges>(ApplicationChangesSchema);

const portType = builder.objectRef<ApplicationPort>('ApplicationPort').implement({
  fields: (t) => ({
    protocol: t.exposeString('protocol'),
    from: t.exposeInt('from'),
    to: t.exposeInt('to'),
  }),
});

const signatureType = builder.objectRef<ApplicationSignature>('ApplicationSignature').implement({
  description: 'One way to recognise an application: its server is one of these, and the port too',
  fields: (t) => ({
    domains: t.stringList({ resolve: ({ domains = [] }) => [...domains] }),
    prefixes: t.stringList({ resolve: ({ prefixes = [] }) => [...prefixes] }),
    ports: t.field({ type: [portType], resolve: ({ ports = [] }) => [...ports] }),
  }),
});

const applicationType = builder.objectRef<ApplicationView>('CatalogueApplication').implement({
  description: 'An application that policies may name',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The name, for those of the catalogue' }),
    name: t.exposeString('name'),
    title: t.exposeString('title'),
    description: t.exposeString('description'),
    category: t.exposeString('category'),
    signatures: t.field({ type: [signatureType], resolve: ({ signatures }) => [...signatures] }),
    dscp: t.exposeInt('dscp', { nullable: true, description: 'What its packets usually carry' }),
    custom: t.exposeBoolean('custom', { description: 'Whether an operator added it' }),
    created_at: t.expose('createdAt', { type: 'Timestamp', nullable: true }),
    updated_at: t.expose('updatedAt', { type: 'Timestamp', nullable: true }),
    version: t.exposeInt('version', { description: 'Grows with every change; 0 for those of the catalogue' }),
  }),
});

listFields('applications', {
  type: applicationType,
  fields: applicationList.fields,
  load: async (context, request) => applicationList.page(await context.services.applications.list(), request),
});

builder.queryField('application', (t) =>
  t.field({
    type: applicationType,
    args: { id: t.arg.id({ required: true, description: 'Name or id' }) },
    resolve: (_root, { id }, context) => context.services.applications.get(id),
  }),
);

const portInput = builder.inputType('ApplicationPortInput', {
  fields: (t) => ({
    protocol: t.string({ required: true, description: 'tcp, udp or sctp' }),
    from: t.int({ required: true }),
    to: t.int({ required: true }),
  }),
});

const signatureInput = builder.inputType('ApplicationSignatureInput', {
  fields: (t) => ({
    domains: t.stringList({ description: 'Names of its servers; *.example.com means every name below' }),
    prefixes: t.stringList({ description: 'Where its servers are' }),
    ports: t.field({ type: [portInput], description: 'Where it listens; without, on any port' }),
  }),
});

const applicationInput = builder.inputType('ApplicationInput', {
  fields: (t) => ({
    name: t.string({ required: true, description: 'Lower-case words joined by hyphens' }),
    title: t.string(),
    description: t.string(),
    category: t.string(),
    signatures: t.field({ type: [signatureInput], required: true }),
    dscp: t.int(),
  }),
});

const applicationChanges = builder.inputType('ApplicationChanges', {
  fields: (t) => ({
    name: t.string(),
    title: t.string(),
    description: t.string(),
    category: t.string(),
    signatures: t.field({ type: [signatureInput] }),
    dscp: t.int(),
  }),
});

builder.mutationFields((t) => ({
  createApplication: t.field({
    type: applicationType,
    args: { input: t.arg({ type: applicationInput, required: true }), ...onceArgs },
    resolve: async (_root, { input, idempotency_key }, context) => {
      const key = onceKeyOf(context, idempotency_key);
      return context.services.applications.create(actorIn(context), asApplication(input), key);
    },
  }),
  updateApplication: t.field({
    type: applicationType,
    args: {
      id: t.arg.id({ required: true, description: 'Name or id' }),
      input: t.arg({ type: applicationChanges, required: true }),
      ...versionArgs,
    },
    resolve: async (_root, { id, input, version }, context) =>
      context.services.applications.update(actorIn(context), id, asChanges(input), expected(version)),
  }),
  deleteApplication: t.field({
    type: outcomeType,
    args: { id: t.arg.id({ required: true, description: 'Name or id' }), ...versionArgs },
    resolve: async (_root, { id, version }, context) => {
      await context.services.applications.delete(actorIn(context), id, expected(version));
      return { message: 'The application was deleted' };
    },
  }),
}));

import {
  EndpointChangesSchema,
  EndpointInputSchema,
  type EndpointChanges,
  type EndpointInput,
} from '../../services/endpoint-input.ts';
import {
  EnrolmentKeyChangesSchema,
  EnrolmentKeyInputSchema,
  type EnrolmentKeyChanges,
  type EnrolmentKeyInput,
} from '../../services/enrolment-key-service.ts';
import {
  PolicyChangesSchema,
  PolicyInputSchema,
  type PolicyChanges,
  type PolicyInput,
} from '../../services/policy-input.ts';
import type { PolicyView } from '../../services/policy-service.ts';
import { SiteChangesSchema, SiteInputSchema, type SiteChanges, type SiteInput } from '../../services/site-input.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import { actorIn, type GraphqlContext } from './graphql-services.ts';
import { expected, onceArgs, onceKeyOf, versionArgs } from './condition-args.ts';
import {
  endpointChanges,
  endpointInput,
  enrolmentKeyChanges,
  enrolmentKeyInput,
  policyChanges,
  policyInput,
  siteChanges,
  siteInput,
  transportLinkInput,
} from './inputs.ts';
import { policyNumber } from './queries.ts';
import {
  endpointType,
  enrolmentKeyType,
  outcomeType,
  policyShape,
  policyType,
  siteType,
  type PolicyShape,
  transportLinkType,
} from './types.ts';

const asSite = inputChecker<SiteInput>(SiteInputSchema);
const asSiteChanges = inputChecker<SiteChanges>(SiteChangesSchema);
const asEndpoint = inputChecker<EndpointInput>(EndpointInputSchema);
const asEndpointChanges = inputChecker<EndpointChanges>(EndpointChangesSchema);
const asPolicy = inputChecker<PolicyInput>(PolicyInputSchema);
const asPolicyChanges = inputChecker<PolicyChanges>(PolicyChangesSchema);
const asEnrolmentKeyChanges = inputChecker<EnrolmentKeyChanges>(EnrolmentKeyChangesSchema);
const asEnrolmentKey = inputChecker<EnrolmentKeyInput>(EnrolmentKeyInputSchema);

builder.mutationFields((t) => ({
  createSite: t.field({
    type: siteType,
    args: { input: t.arg({ type: siteInput, required: true }), ...onceArgs },
    resolve: async (_root, { input, idempotency_key }, context) => {
      const by = actorIn(context);
      return context.services.sites.create(by, asSite(input), onceKeyOf(context, idempotency_key));
    },
  }),
  updateSite: t.field({
    type: siteType,
    args: {
      site_id: t.arg.id({ required: true }),
      input: t.arg({ type: siteChanges, required: true }),
      ...versionArgs,
    },
    resolve: async (_root, { site_id, input, version }, context) => {
      const by = actorIn(context);
      return context.services.sites.update(by, site_id, asSiteChanges(input), expected(version));
    },
  }),
}));

builder.mutationFields((t) => ({
  createEndpoint: t.field({
    type: endpointType,
    args: {
      site: t.arg.string({ required: true }),
      input: t.arg({ type: endpointInput, required: true }),
      ...onceArgs,
    },
    resolve: async (_root, { site, input, idempotency_key }, context) => {
      const by = actorIn(context);
      return context.services.endpoints.create(by, site, asEndpoint(input), onceKeyOf(context, idempotency_key));
    },
  }),
  updateEndpoint: t.field({
    type: endpointType,
    args: {
      endpoint_id: t.arg.id({ required: true }),
      input: t.arg({ type: endpointChanges, required: true }),
      ...versionArgs,
    },
    resolve: async (_root, { endpoint_id, input, version }, context) => {
      const by = actorIn(context);
      return context.services.endpoints.update(by, endpoint_id, asEndpointChanges(input), expected(version));
    },
  }),
  setTransportLinks: t.field({
    type: [transportLinkType],
    nullable: true,
    args: {
      links: t.arg({ type: [transportLinkInput], description: 'Null: all labels reach all' }),
      ...versionArgs,
    },
    resolve: async (_root, { links, version }, context) => {
      const by = actorIn(context);
      const set = await context.services.transportLinks.set(by, links ?? null, expected(version));
      return set === null ? null : [...set];
    },
  }),
}));

/** A policy that was just written, with what there is to say of it. */
const advised = async ({ services }: GraphqlContext, view: PolicyView): Promise<PolicyShape> => ({
  ...policyShape(view),
  warnings: await services.policyAdvice.about(view.id),
});

builder.mutationFields((t) => ({
  createPolicy: t.field({
    type: policyType,
    args: { input: t.arg({ type: policyInput, required: true }), ...onceArgs },
    resolve: async (_root, { input, idempotency_key }, context) => {
      const by = actorIn(context);
      const key = onceKeyOf(context, idempotency_key);
      return advised(context, await context.services.policies.create(by, asPolicy(input), key));
    },
  }),
  updatePolicy: t.field({
    type: policyType,
    args: {
      id: t.arg.id({ required: true }),
      input: t.arg({ type: policyChanges, required: true }),
      ...versionArgs,
    },
    resolve: async (_root, { id, input, version }, context) => {
      const by = actorIn(context);
      const changes = asPolicyChanges(input);
      return advised(context, await context.services.policies.update(by, policyNumber(id), changes, expected(version)));
    },
  }),
}));

builder.mutationFields((t) => ({
  createEnrolmentKey: t.field({
    type: enrolmentKeyType,
    args: { input: t.arg({ type: enrolmentKeyInput, required: true }), ...onceArgs },
    resolve: async (_root, { input, idempotency_key }, context) => {
      const by = actorIn(context);
      const onceKey = onceKeyOf(context, idempotency_key);
      const { edgeUrl, ...made } = await context.services.enrolmentKeys.create(by, asEnrolmentKey(input), onceKey);
      return { ...made, edge_url: edgeUrl };
    },
  }),
  updateEnrolmentKey: t.field({
    type: enrolmentKeyType,
    args: {
      id: t.arg.id({ required: true }),
      input: t.arg({ type: enrolmentKeyChanges, required: true }),
      ...versionArgs,
    },
    resolve: (_root, { id, input, version }, context) => {
      const { enrolmentKeys } = context.services;
      return enrolmentKeys.update(actorIn(context), id, asEnrolmentKeyChanges(input), expected(version));
    },
  }),
  deleteEnrolmentKey: t.field({
    type: outcomeType,
    description: 'The key lets nobody in any more; it can be restored',
    args: { id: t.arg.id({ required: true }), ...versionArgs },
    resolve: async (_root, { id, version }, context) => {
      await context.services.enrolmentKeys.revoke(actorIn(context), id, expected(version));
      return { message: 'The enrolment key was revoked' };
    },
  }),
  restoreEnrolmentKey: t.field({
    type: enrolmentKeyType,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => context.services.enrolmentKeys.restore(actorIn(context), id),
  }),
}));

const clearing = builder.objectRef<{ message: string; clearedEntries: number }>('CacheClearing').implement({
  fields: (t) => ({
    success: t.boolean({ resolve: () => true }),
    message: t.exposeString('message'),
    cleared_entries: t.exposeInt('clearedEntries'),
  }),
});

builder.mutationField('clearCache', (t) =>
  t.field({
    type: clearing,
    description: 'Forgets kept answers and the compiled documents of sites, and compiles these anew',
    resolve: async (_root, _args, context) => {
      return context.services.caches.clear(actorIn(context));
    },
  }),
);

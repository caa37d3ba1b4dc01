import {
  EndpointChangesSchema,
  EndpointInputSchema,
  type EndpointChanges,
  type EndpointInput,
} from '../../services/endpoint-input.ts';
import { EnrolmentKeyInputSchema, type EnrolmentKeyInput } from '../../services/enrolment-key-service.ts';
import {
  PolicyChangesSchema,
  PolicyInputSchema,
  type PolicyChanges,
  type PolicyInput,
} from '../../services/policy-input.ts';
import { SiteChangesSchema, SiteInputSchema, type SiteChanges, type SiteInput } from '../../services/site-input.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import { actorIn } from './graphql-services.ts';
import {
  endpointChanges,
  endpointInput,
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
  transportLinkType,
} from './types.ts';

const asSite = inputChecker<SiteInput>(SiteInputSchema);
const asSiteChanges = inputChecker<SiteChanges>(SiteChangesSchema);
const asEndpoint = inputChecker<EndpointInput>(EndpointInputSchema);
const asEndpointChanges = inputChecker<EndpointChanges>(EndpointChangesSchema);
const asPolicy = inputChecker<PolicyInput>(PolicyInputSchema);
const asPolicyChanges = inputChecker<PolicyChanges>(PolicyChangesSchema);
const asEnrolmentKey = inputChecker<EnrolmentKeyInput>(EnrolmentKeyInputSchema);

builder.mutationFields((t) => ({
  createSite: t.field({
    type: siteType,
    args: { input: t.arg({ type: siteInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const by = actorIn(context);
      return context.services.sites.create(by, asSite(input));
    },
  }),
  updateSite: t.field({
    type: siteType,
    args: { site_id: t.arg.id({ required: true }), input: t.arg({ type: siteChanges, required: true }) },
    resolve: async (_root, { site_id, input }, context) => {
      const by = actorIn(context);
      return context.services.sites.update(by, site_id, asSiteChanges(input));
    },
  }),
}));

builder.mutationFields((t) => ({
  createEndpoint: t.field({
    type: endpointType,
    args: { site: t.arg.string({ required: true }), input: t.arg({ type: endpointInput, required: true }) },
    resolve: async (_root, { site, input }, context) => {
      const by = actorIn(context);
      return context.services.endpoints.create(by, site, asEndpoint(input));
    },
  }),
  updateEndpoint: t.field({
    type: endpointType,
    args: { endpoint_id: t.arg.id({ required: true }), input: t.arg({ type: endpointChanges, required: true }) },
    resolve: async (_root, { endpoint_id, input }, context) => {
      const by = actorIn(context);
      return context.services.endpoints.update(by, endpoint_id, asEndpointChanges(input));
    },
  }),
  deleteEndpoint: t.field({
    type: outcomeType,
    args: { endpoint_id: t.arg.id({ required: true }) },
    resolve: async (_root, { endpoint_id }, context) => {
      const by = actorIn(context);
      await context.services.endpoints.delete(by, endpoint_id);
      return { message: 'The endpoint was deleted with its paths' };
    },
  }),
  setTransportLinks: t.field({
    type: [transportLinkType],
    nullable: true,
    args: { links: t.arg({ type: [transportLinkInput], description: 'Null: all labels reach all' }) },
    resolve: async (_root, { links }, context) => {
      const by = actorIn(context);
      const set = await context.services.transportLinks.set(by, links ?? null);
      return set === null ? null : [...set];
    },
  }),
}));

builder.mutationFields((t) => ({
  createPolicy: t.field({
    type: policyType,
    args: { input: t.arg({ type: policyInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const by = actorIn(context);
      return policyShape(await context.services.policies.create(by, asPolicy(input)));
    },
  }),
  updatePolicy: t.field({
    type: policyType,
    args: { id: t.arg.id({ required: true }), input: t.arg({ type: policyChanges, required: true }) },
    resolve: async (_root, { id, input }, context) => {
      const by = actorIn(context);
      return policyShape(await context.services.policies.update(by, policyNumber(id), asPolicyChanges(input)));
    },
  }),
}));

builder.mutationFields((t) => ({
  createEnrolmentKey: t.field({
    type: enrolmentKeyType,
    args: { input: t.arg({ type: enrolmentKeyInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const by = actorIn(context);
      const { edgeUrl, ...made } = await context.services.enrolmentKeys.create(by, asEnrolmentKey(input));
      return { ...made, edge_url: edgeUrl };
    },
  }),
  deleteEnrolmentKey: t.field({
    type: outcomeType,
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, context) => {
      const by = actorIn(context);
      await context.services.enrolmentKeys.revoke(by, id);
      return { message: 'The enrolment key was revoked' };
    },
  }),
}));

const clearing = builder.objectRef<{ clearedEntries: number }>('CacheClearing').implement({
  fields: (t) => ({
    success: t.boolean({ resolve: () => true }),
    message: t.string({ resolve: ({ clearedEntries }) => `${clearedEntries} compiled documents were made anew` }),
    cleared_entries: t.int({ resolve: ({ clearedEntries }) => clearedEntries }),
  }),
});

builder.mutationField('clearCache', (t) =>
  t.field({
    type: clearing,
    description: 'Forgets the compiled site documents and compiles them anew',
    resolve: async (_root, _args, context) => {
      const by = actorIn(context);
      return { clearedEntries: await context.services.documents.recompile(by) };
    },
  }),
);

import { toSnakeCase, type Policy } from '@patronus/core';
import type { PolicyFinding } from '@patronus/policy';
import { FlowQuestionSchema, type FlowExplanation, type FlowQuestion } from '../../services/flow-explanation.ts';
import { PolicyOrderSchema, type PolicyOrder } from '../../services/policy-order.ts';
import {
  PolicyPreviewSchema,
  type PolicyDifference,
  type PolicyPreview,
  type PolicyPreviewInput,
} from '../../services/policy-preview.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import { actorIn } from './graphql-services.ts';
import { policyChanges, policyInput } from './inputs.ts';
import { actionType, matchType } from './policy-types.ts';
import { policyNumber } from './queries.ts';
import { policyFindingType, policyShape, policyType } from './types.ts';

const asQuestion = inputChecker<FlowQuestion>(FlowQuestionSchema);
const asOrder = inputChecker<PolicyOrder>(PolicyOrderSchema);
const asPreview = inputChecker<PolicyPreviewInput>(PolicyPreviewSchema);

const explainedPolicyType = builder.objectRef<FlowExplanation['policies'][number]>('ExplainedPolicy').implement({
  fields: (t) => ({
    policy_id: t.exposeID('policyId'),
    policy: t.exposeString('policy'),
    priority: t.exposeInt('priority'),
    matched: t.exposeBoolean('matched'),
    chosen: t.exposeBoolean('chosen'),
    reason: t.exposeString('reason'),
  }),
});

const explainedPathType = builder.objectRef<FlowExplanation['paths'][number]>('ExplainedPath').implement({
  fields: (t) => ({
    path_id: t.exposeID('pathId'),
    source_label: t.exposeString('sourceLabel'),
    dest_label: t.exposeString('destLabel'),
    health_status: t.exposeString('healthStatus'),
    chosen: t.exposeBoolean('chosen'),
    reason: t.exposeString('reason'),
  }),
});

const explanationType = builder.objectRef<FlowExplanation>('FlowExplanation').implement({
  description: 'What becomes of a new flow, and why',
  fields: (t) => ({
    source: t.exposeString('source'),
    destination: t.exposeString('destination'),
    protocol: t.exposeString('protocol'),
    source_port: t.exposeInt('sourcePort', { nullable: true }),
    destination_port: t.exposeInt('destinationPort', { nullable: true }),
    dscp: t.exposeInt('dscp'),
    at: t.expose('at', { type: 'Timestamp' }),
    source_site: t.exposeString('sourceSite', { nullable: true }),
    dest_site: t.exposeString('destSite', { nullable: true }),
    scope: t.exposeString('scope', { description: '`between_sites`, `internet`, `within_site` or `outside`' }),
    outcome: t.exposeString('outcome', { description: '`steer`, `drop`, `breakout` or `untouched`' }),
    policy_id: t.exposeID('policyId', { nullable: true }),
    policy: t.exposeString('policy', { nullable: true }),
    reason: t.exposeString('reason'),
    policies: t.field({
      type: [explainedPolicyType],
      description: 'In order of evaluation',
      resolve: ({ policies }) => [...policies],
    }),
    paths: t.field({ type: [explainedPathType], resolve: ({ paths }) => [...paths] }),
  }),
});

const documentPolicyType = builder.objectRef<Policy>('DocumentPolicy').implement({
  description: 'A policy as edges get it',
  fields: (t) => ({
    id: t.exposeID('id'),
    class: t.exposeInt('class'),
    priority: t.exposeInt('priority'),
    name: t.exposeString('name'),
    match_conditions: t.field({ type: matchType, resolve: ({ match }) => toSnakeCase(match) }),
    action: t.field({ type: actionType, resolve: ({ action }) => toSnakeCase(action) }),
  }),
});

const differenceType = builder.objectRef<PolicyDifference>('PolicyDifference').implement({
  fields: (t) => ({
    policy_id: t.exposeID('policyId'),
    policy: t.exposeString('policy'),
    change: t.exposeString('change', { description: '`added`, `removed`, `changed` or `moved`' }),
    before: t.expose('before', { type: documentPolicyType, nullable: true }),
    after: t.expose('after', { type: documentPolicyType, nullable: true }),
  }),
});

const concernedSiteType = builder.objectRef<PolicyPreview['sites'][number]>('ConcernedSite').implement({
  fields: (t) => ({
    site_id: t.exposeID('siteId'),
    site: t.exposeString('site'),
    policies: t.stringList({ resolve: ({ policies }) => [...policies] }),
  }),
});

const previewType = builder.objectRef<PolicyPreview>('PolicyPreview').implement({
  description: 'What a change of policies would do to the documents of sites',
  fields: (t) => ({
    policies: t.field({ type: [differenceType], resolve: ({ policies }) => [...policies] }),
    sites: t.field({
      type: [concernedSiteType],
      description: 'Sites whose traffic the change concerns',
      resolve: ({ sites }) => [...sites],
    }),
    warnings: t.field({ type: [policyFindingType], resolve: ({ warnings }) => [...warnings] as PolicyFinding[] }),
  }),
});

const placeInput = builder.inputType('PolicyPlaceInput', {
  fields: (t) => ({ id: t.id({ required: true }), version: t.int({ description: 'That the caller has seen' }) }),
});

const updateInput = builder.inputType('PolicyUpdateInput', {
  fields: (t) => ({ id: t.id({ required: true }), input: t.field({ type: policyChanges, required: true }) }),
});

const numbered = <T extends { readonly id: string | number }>(items: readonly T[]) =>
  items.map((item) => ({ ...item, id: policyNumber(item.id) }));

builder.queryFields((t) => ({
  policyFindings: t.field({
    type: [policyFindingType],
    description: 'Policies that never match or that compete, in order of evaluation',
    resolve: (_root, _args, context) => context.services.policyAdvice.list(),
  }),
  explainFlow: t.field({
    type: explanationType,
    args: {
      source: t.arg.string({ required: true, description: 'Address, or a site for an address in its LAN' }),
      destination: t.arg.string({ required: true, description: 'Address, or a site for an address in its LAN' }),
      protocol: t.arg.string({ required: true }),
      destination_port: t.arg.int(),
      source_port: t.arg.int(),
      server_name: t.arg.string({ description: 'Name by which the server is known' }),
      dscp: t.arg.int(),
      at: t.arg({ type: 'Timestamp', description: 'For schedules; default now' }),
    },
    resolve: (_root, args, context) => context.services.flowExplanations.explain(asQuestion(args)),
  }),
  previewPolicies: t.field({
    type: previewType,
    description: 'What would change, and nothing does',
    args: {
      create: t.arg({ type: [policyInput] }),
      update: t.arg({ type: [updateInput] }),
      delete: t.arg.idList(),
      order: t.arg({ type: [placeInput] }),
    },
    resolve: async (_root, args, context) => {
      const { create, update, delete: gone, order } = args;
      const input = {
        create,
        update: update && numbered(update),
        delete: gone?.map(policyNumber),
        order: order && numbered(order),
      };
      return context.services.policyPreviews.preview(actorIn(context), asPreview(input));
    },
  }),
}));

builder.mutationField('reorderPolicies', (t) =>
  t.field({
    type: [policyType],
    description: 'Puts all policies but the default one into an order, first to be looked at first',
    args: { order: t.arg({ type: [placeInput], required: true }) },
    resolve: async (_root, { order }, context) => {
      const asked = asOrder({ order: numbered(order) });
      return (await context.services.policies.reorder(actorIn(context), asked)).map(policyShape);
    },
  }),
);

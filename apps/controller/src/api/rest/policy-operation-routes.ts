import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { FlowQuestionSchema } from '../../services/flow-explanation.ts';
import { ActionInputSchema, MatchInputSchema } from '../../services/policy-input.ts';
import { PolicyOrderSchema } from '../../services/policy-order.ts';
import { PolicyPreviewSchema } from '../../services/policy-preview.ts';
import type { ApiServices } from '../api-services.ts';
import { FindingSchema, Nullable, policyAnswer, PolicySchema } from './answers.ts';
import { inputExamples } from './input-examples.ts';
import { withExample } from './openapi.ts';
import type { RestApp } from './rest-api.ts';

const tags = ['policies'];
const ExplanationSchema = Type.Object({
  source: Type.String(),
  destination: Type.String(),
  protocol: Type.String(),
  source_port: Nullable(Type.Integer()),
  destination_port: Nullable(Type.Integer()),
  dscp: Type.Integer(),
  at: Type.Number(),
  source_site: Nullable(Type.String()),
  dest_site: Nullable(Type.String()),
  scope: Type.Enum(['between_sites', 'internet', 'within_site', 'outside']),
  outcome: Type.Enum(['steer', 'drop', 'breakout', 'untouched']),
  policy_id: Nullable(Type.Integer()),
  policy: Nullable(Type.String()),
  reason: Type.String(),
  policies: Type.Array(
    Type.Object({
      policy_id: Type.Integer(),
      policy: Type.String(),
      priority: Type.Integer(),
      matched: Type.Boolean(),
      chosen: Type.Boolean(),
      reason: Type.String(),
    }),
  ),
  paths: Type.Array(
    Type.Object({
      path_id: Type.String(),
      source_label: Type.String(),
      dest_label: Type.String(),
      health_status: Type.String(),
      chosen: Type.Boolean(),
      reason: Type.String(),
    }),
  ),
});

const DocumentPolicySchema = Nullable(
  Type.Object({
    id: Type.Integer(),
    class: Type.Integer(),
    priority: Type.Integer(),
    name: Type.String(),
    match: MatchInputSchema,
    action: ActionInputSchema,
  }),
);
const PreviewSchema = Type.Object({
  policies: Type.Array(
    Type.Object({
      policy_id: Type.Integer(),
      policy: Type.String(),
      change: Type.Enum(['added', 'removed', 'changed', 'moved']),
      before: DocumentPolicySchema,
      after: DocumentPolicySchema,
    }),
  ),
  sites: Type.Array(Type.Object({ site_id: Type.String(), site: Type.String(), policies: Type.Array(Type.String()) }), {
    description: 'Sites whose traffic the change concerns',
  }),
  warnings: Type.Array(FindingSchema),
});

/** What is asked about policies and done with all of them, beside reading and writing one. */
export function policyOperationRoutes(app: RestApp, services: ApiServices): void {
  const { policies, policyAdvice, policyPreviews, flowExplanations } = services;
  app.get(
    '/policies/findings',
    {
      schema: {
        tags,
        summary: 'List policies that never match or that compete',
        response: { 200: Type.Object({ items: Type.Array(FindingSchema) }) },
      },
    },
    async () => ({ items: toSnakeCase(await policyAdvice.list()) }),
  );
  app.get(
    '/policies/explain',
    {
      schema: {
        tags,
        summary: 'Tell which policy a flow meets, which path it takes, and why',
        querystring: FlowQuestionSchema,
        response: { 200: ExplanationSchema },
      },
    },
    async ({ query }) => toSnakeCase(await flowExplanations.explain(query)),
  );
  app.post(
    '/policies/preview',
    {
      schema: {
        tags,
        summary: 'Tell what a change of policies would do, and do nothing',
        body: withExample(PolicyPreviewSchema, inputExamples.policyPreview),
        response: { 200: PreviewSchema },
      },
    },
    async (request) => toSnakeCase(await policyPreviews.preview(request.actor, request.body)),
  );
  app.put(
    '/policies/order',
    {
      schema: {
        tags,
        summary: 'Put all policies but the default one into an order',
        body: withExample(PolicyOrderSchema, inputExamples.policyOrder),
        response: { 200: Type.Object({ items: Type.Array(PolicySchema) }) },
      },
    },
    async (request) => ({ items: (await policies.reorder(request.actor, request.body)).map(policyAnswer) }),
  );
}

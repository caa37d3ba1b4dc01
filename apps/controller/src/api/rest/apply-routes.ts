import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { ApplyInputSchema, manifestKinds, ManifestSchema, type Application } from '../../services/apply/index.ts';
import type { ApiServices } from '../api-services.ts';
import { furtherOperations } from '../apply-permissions.ts';
import { Nullable } from './answers.ts';
import { inputExamples } from './input-examples.ts';
import { FindingSchema } from './answers.ts';
import { withExample } from './openapi.ts';
import type { RestApp } from './rest-api.ts';

const tags = ['apply'];
const ExportSchema = Type.Object({ documents: Type.Array(ManifestSchema) });
const ApplicationSchema = Type.Object({
  warnings: Type.Array(FindingSchema),
  dry_run: Type.Boolean(),
  objects: Type.Array(
    Type.Object({
      kind: Type.Enum([...manifestKinds]),
      name: Type.String(),
      outcome: Type.Enum(['created', 'updated', 'unchanged', 'deleted']),
      before: Nullable(ManifestSchema),
      after: Nullable(ManifestSchema),
    }),
  ),
});

/** A thousand sites with their prefixes and a thousand policies fit, several times over. */
const bodyLimit = 8 * 1024 * 1024;

export function applyRoutes(app: RestApp, services: ApiServices): void {
  const { declarations, access } = services;
  app.get(
    '/export',
    { schema: { tags, summary: 'The network as documents', response: { 200: ExportSchema } } },
    async ({ caller }) => ({
      documents: await declarations.export({ users: access.allows(caller, 'GET /api/v1/users') }),
    }),
  );
  app.post(
    '/apply',
    {
      schema: {
        tags,
        summary: 'Make the network what documents say, in one change',
        body: withExample(ApplyInputSchema, inputExamples.application),
        response: { 200: ApplicationSchema },
      },
      bodyLimit,
    },
    async (request) => {
      const { caller, actor, body } = request;
      for (const { rest } of furtherOperations(body)) {
        await access.admit({ caller, address: actor.address, operation: rest });
      }
      return applicationAnswer(await declarations.apply(actor, body));
    },
  );
}

const applicationAnswer = ({ dryRun, objects, warnings }: Application) => ({
  dry_run: dryRun,
  objects: [...objects],
  warnings: toSnakeCase(warnings),
});

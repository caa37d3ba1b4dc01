import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { actorTypes, auditActionNames, auditResults } from '../../audit/index.ts';
import { AuditListSchema, auditQuery, type AuditView } from '../../services/audit-service.ts';
import type { ApiServices } from '../api-services.ts';
import { Nullable, pageAnswer, PageSchema } from './answers.ts';
import type { RestApp } from './rest-api.ts';

const time = Type.Integer({ description: 'Unix ms' });
const hash = Type.String({ description: 'SHA-256, hex' });
const verificationQuery = Type.Object({
  known_sequence: Type.Optional(Type.Integer({ minimum: 1, description: 'A row whose hash was kept elsewhere' })),
  known_hash: Type.Optional(
    Type.String({ pattern: '^[0-9a-f]{64}$', description: 'The hash that this row must have' }),
  ),
});
const AuditSchema = Type.Object({
  sequence: Type.Integer(),
  time,
  actor_type: Type.Enum([...actorTypes]),
  actor_id: Nullable(Type.String()),
  actor: Type.String(),
  address: Nullable(Type.String()),
  action: Type.Enum(auditActionNames),
  target_type: Type.String(),
  target_id: Nullable(Type.String()),
  target: Nullable(Type.String()),
  result: Type.Enum([...auditResults]),
  details: Type.Record(Type.String(), Type.Unknown()),
  previous_hash: hash,
  hash,
});
const VerificationSchema = Type.Object({
  valid: Type.Boolean(),
  removed: Type.Integer({ description: 'Older rows that were removed, as their time was over' }),
  rows: Type.Integer({ description: 'Rows in order, from the first on' }),
  anchors: Type.Integer(),
  erased: Type.Integer({ description: 'Rows of those out of which personal data were taken' }),
  last: Type.Object({ sequence: Type.Integer(), hash }),
  fault: Nullable(Type.Object({ sequence: Type.Integer(), code: Type.String(), message: Type.String() })),
});
const tags = ['audit'];

export function auditRoutes(app: RestApp, { audit }: ApiServices): void {
  app.get(
    '/audit',
    {
      schema: {
        tags,
        summary: 'List who did what',
        querystring: AuditListSchema,
        response: { 200: PageSchema(AuditSchema) },
      },
    },
    async (request) => pageAnswer(await audit.list(auditQuery(request.query)), auditAnswer),
  );
  app.get(
    '/audit/verification',
    {
      schema: {
        tags,
        summary: 'Walk the audit log and tell whether it is whole',
        querystring: verificationQuery,
        response: { 200: VerificationSchema },
      },
    },
    async (request) => {
      const { known_sequence: sequence, known_hash: known } = request.query;
      return audit.verify(sequence === undefined || known === undefined ? null : { sequence, hash: known });
    },
  );
}

/** Details are in the API's words already, and their keys are data. */
const auditAnswer = ({ details, ...row }: AuditView) => ({ ...toSnakeCase(row), details });

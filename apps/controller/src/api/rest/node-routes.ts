import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import type { ApiServices } from '../api-services.ts';
import { PageSchema } from './answers.ts';
import type { RestApp } from './rest-api.ts';

const NodeSchema = Type.Object({
  id: Type.String({ description: 'PATRONUS_NODE_ID, or the name of the machine' }),
  version: Type.String(),
  role: Type.Enum(['leader']),
  database: Type.Enum(['sqlite', 'postgres']),
  started_at: Type.Integer({ description: 'Unix ms' }),
  uptime_seconds: Type.Integer(),
  current: Type.Boolean({ description: 'Whether it is the one that answers' }),
});

/** The controllers themselves. */
export function nodeRoutes(app: RestApp, { nodes }: ApiServices): void {
  app.get(
    '/nodes',
    {
      schema: {
        tags: ['nodes'],
        summary: 'The controllers that serve this network',
        response: { 200: PageSchema(NodeSchema) },
      },
    },
    async () => ({ items: nodes.list().map((node) => toSnakeCase(node)), next_cursor: null }),
  );
}

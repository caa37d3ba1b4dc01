import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { flowList } from '../../services/lists/index.ts';
import type { ApiServices } from '../api-services.ts';
import { Nullable, pageAnswer, PageSchema } from './answers.ts';
import type { RestApp } from './rest-api.ts';

const port = Nullable(Type.Integer());
const counter = Nullable(Type.Integer({ description: 'Null where the kernel of the edge does not count' }));

const FlowSchema = Type.Object({
  id: Type.String(),
  site: Type.String({ description: 'Where it began' }),
  site_id: Type.String(),
  dest_site: Nullable(Type.String({ description: 'Null for one that goes to no site' })),
  source: Type.String(),
  destination: Type.String(),
  protocol: Type.String(),
  source_port: port,
  destination_port: port,
  application: Nullable(Type.String({ description: 'Null: unknown' })),
  server_name: Nullable(Type.String({ description: 'As DNS or the client last called it' })),
  policy_id: Nullable(Type.Integer()),
  policy: Nullable(Type.String()),
  path_id: Nullable(Type.String({ description: 'Null where several paths share the flows' })),
  source_label: Nullable(Type.String()),
  dest_label: Nullable(Type.String()),
  bytes_sent: counter,
  bytes_received: counter,
  packets_sent: counter,
  packets_received: counter,
});

export function flowRoutes(app: RestApp, { flows }: ApiServices): void {
  app.get(
    '/flows',
    {
      schema: {
        tags: ['flows'],
        summary: 'List what flows now, as the edges tell it when asked',
        querystring: flowList.schema,
        response: { 200: PageSchema(FlowSchema) },
      },
    },
    async ({ query }) => pageAnswer(flowList.page(await flows.list(), query), toSnakeCase),
  );
}

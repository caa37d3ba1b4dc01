import type { NodeView } from '../../services/node-service.ts';
import { builder } from './builder.ts';

const nodeType = builder.objectRef<NodeView>('Node').implement({
  description: 'A controller that serves this network',
  fields: (t) => ({
    id: t.exposeID('id'),
    version: t.exposeString('version'),
    role: t.exposeString('role'),
    database: t.exposeString('database', { description: '`sqlite` or `postgres`' }),
    started_at: t.expose('startedAt', { type: 'Timestamp' }),
    uptime_seconds: t.exposeInt('uptimeSeconds'),
    current: t.exposeBoolean('current', { description: 'Whether it is the one that answers' }),
  }),
});

builder.queryField('nodes', (t) =>
  t.field({ type: [nodeType], resolve: (_root, _args, { services }) => services.nodes.list() }),
);

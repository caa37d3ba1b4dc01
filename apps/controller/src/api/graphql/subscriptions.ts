import { builder } from './builder.ts';
import { eventType, pathType } from './types.ts';

builder.subscriptionFields((t) => ({
  events: t.field({
    type: eventType,
    description: 'Events as they happen',
    subscribe: (_root, _args, context) => context.services.events.subscribe(),
    resolve: (event) => event,
  }),
  pathMetrics: t.field({
    type: pathType,
    description: 'A path, each time its edge reports it',
    subscribe: (_root, _args, context) => context.services.paths.published.subscribe(),
    resolve: (path) => path,
  }),
}));

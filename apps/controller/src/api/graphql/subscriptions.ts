import type { Static } from 'typebox';
import { EventSelectionSchema } from '../../services/event-service.ts';
import { eachOf } from '../../database/index.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import { eventType, pathType } from './types.ts';

const asSelection = inputChecker<Static<typeof EventSelectionSchema>>(EventSelectionSchema);

builder.subscriptionFields((t) => ({
  events: t.field({
    type: eventType,
    description: 'Events as they happen',
    args: {
      after: t.arg.id({ description: 'Id of an event: first all that were stored after it, none left out' }),
      type: t.arg.stringList(),
      severity: t.arg.stringList(),
      site: t.arg.string({ description: 'Id or name' }),
    },
    subscribe: async (_root, { after, ...args }, context) => {
      const { type: types, severity: severities, site } = asSelection(args);
      return context.services.events.subscribe({ types, severities, site }, after ?? undefined);
    },
    resolve: (event) => event,
  }),
  pathMetrics: t.field({
    type: pathType,
    description: 'A path, each time its edge reports it',
    subscribe: (_root, _args, context) => eachOf(context.services.paths.published.subscribe()),
    resolve: (path) => path,
  }),
  pathReports: t.field({
    type: [pathType],
    description: 'The paths that edges reported since the last message, each as it is by now',
    subscribe: (_root, _args, context) => context.services.paths.published.subscribe(),
    resolve: (paths) => [...paths],
  }),
}));

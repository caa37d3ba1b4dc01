import { AcknowledgementSchema, type AcknowledgementInput } from '../../services/event-input.ts';
import { builder } from './builder.ts';
import { inputChecker } from './checked-input.ts';
import { actorIn } from './graphql-services.ts';
import { eventType } from './types.ts';

const asAcknowledgement = inputChecker<AcknowledgementInput>(AcknowledgementSchema);

builder.mutationField('acknowledgeEvents', (t) =>
  t.field({
    type: [eventType],
    description: 'Takes note of events; answers those of which nobody had',
    args: { ids: t.arg.idList({ required: true }) },
    resolve: async (_root, args, context) => {
      const by = actorIn(context);
      const { ids } = asAcknowledgement({ ids: args.ids.map(String) });
      return context.services.events.acknowledge(by, ids);
    },
  }),
);

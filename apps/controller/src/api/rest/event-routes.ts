import { Type } from 'typebox';
import { AcknowledgementSchema } from '../../services/event-input.ts';
import { eventQuery, EventListSchema } from '../../services/event-service.ts';
import type { ApiServices } from '../api-services.ts';
import { EventSchema, eventAnswer, pageAnswer, PageSchema } from './answers.ts';
import { inputExamples } from './input-examples.ts';
import { withExample } from './openapi.ts';
import type { RestApp } from './rest-api.ts';

const params = Type.Object({ id: Type.String() });
const AcknowledgedSchema = Type.Object({ acknowledged: Type.Integer({ description: 'How many nobody had before' }) });
const tags = ['events'];

export function eventRoutes(app: RestApp, { events }: ApiServices): void {
  app.get(
    '/events',
    {
      schema: {
        tags,
        summary: 'List events',
        querystring: EventListSchema,
        response: { 200: PageSchema(EventSchema) },
      },
    },
    async (request) => pageAnswer(await events.list(eventQuery(request.query)), eventAnswer),
  );
  app.get(
    '/events/:id',
    { schema: { tags, summary: 'One event', params, response: { 200: EventSchema } } },
    async (request) => eventAnswer(await events.get(request.params.id)),
  );
  app.post(
    '/events/acknowledgements',
    {
      schema: {
        tags,
        summary: 'Take note of events',
        body: withExample(AcknowledgementSchema, inputExamples.acknowledgement),
        response: { 200: AcknowledgedSchema },
      },
    },
    async (request) => ({ acknowledged: (await events.acknowledge(request.actor, request.body.ids)).length }),
  );
}

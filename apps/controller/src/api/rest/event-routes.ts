import { Type } from 'typebox';
import { AcknowledgementSchema } from '../../services/event-input.ts';
import type { ApiServices } from '../api-services.ts';
import { EventSchema, eventAnswer, pageAnswer, pageQuery, PageSchema } from './answers.ts';
import type { RestApp } from './rest-api.ts';

const params = Type.Object({ id: Type.String() });
const instant = Type.Optional(Type.Number({ description: 'Unix ms, included' }));
const querystring = Type.Object({
  ...pageQuery,
  since: instant,
  until: instant,
  type: Type.Optional(Type.String({ description: 'One type or several with commas, such as failover,failback' })),
  severity: Type.Optional(Type.String({ description: 'One severity or several with commas, such as warning,error' })),
  acknowledged: Type.Optional(
    Type.Boolean({ description: 'Only those that somebody took note of, or only those that nobody did' }),
  ),
  site: Type.Optional(Type.String({ description: 'Id or name' })),
});
const AcknowledgedSchema = Type.Object({ acknowledged: Type.Integer({ description: 'How many nobody had before' }) });
const tags = ['events'];

export function eventRoutes(app: RestApp, { events }: ApiServices): void {
  app.get('/events', { schema: { tags, querystring, response: { 200: PageSchema(EventSchema) } } }, async (request) => {
    const { type, severity, ...query } = request.query;
    return pageAnswer(await events.list({ ...query, types: words(type), severities: words(severity) }), eventAnswer);
  });
  app.get('/events/:id', { schema: { tags, params, response: { 200: EventSchema } } }, async (request) =>
    eventAnswer(await events.get(request.params.id)),
  );
  app.post(
    '/events/acknowledgements',
    { schema: { tags, body: AcknowledgementSchema, response: { 200: AcknowledgedSchema } } },
    async (request) => ({ acknowledged: (await events.acknowledge(request.actor, request.body.ids)).length }),
  );
}

const words = (text: string | undefined): string[] | undefined => text?.split(',').map((each) => each.trim());

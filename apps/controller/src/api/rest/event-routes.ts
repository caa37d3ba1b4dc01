import { Type } from 'typebox';
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
  site: Type.Optional(Type.String({ description: 'Id or name' })),
});
const tags = ['events'];

export function eventRoutes(app: RestApp, { events }: ApiServices): void {
  app.get('/events', { schema: { tags, querystring, response: { 200: PageSchema(EventSchema) } } }, async (request) => {
    const { type, ...query } = request.query;
    const types = type?.split(',').map((each) => each.trim());
    return pageAnswer(await events.list({ ...query, types }), eventAnswer);
  });
  app.get('/events/:id', { schema: { tags, params, response: { 200: EventSchema } } }, async (request) =>
    eventAnswer(await events.get(request.params.id)),
  );
}

import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import type { ApiServices } from '../api-services.ts';
import { PageSchema } from './answers.ts';
import type { RestApp } from './rest-api.ts';

const tags = ['caches'];
const CacheSchema = Type.Object({
  name: Type.String(),
  hits: Type.Integer({ description: 'Since the controller started' }),
  misses: Type.Integer(),
  entries: Type.Integer(),
  max_entries: Type.Integer(),
  ttl_ms: Type.Integer(),
});
const ClearingSchema = Type.Object({
  success: Type.Literal(true),
  message: Type.String(),
  cleared_entries: Type.Integer(),
});

/** Answers that are kept for a while. */
export function cacheRoutes(app: RestApp, { caches }: ApiServices): void {
  app.get(
    '/caches',
    {
      schema: {
        tags,
        summary: 'List the caches and how often they helped',
        response: { 200: PageSchema(CacheSchema) },
      },
    },
    () => ({
      items: caches.list().map((view) => toSnakeCase(view)),
      next_cursor: null,
    }),
  );
  app.post(
    '/caches/clear',
    { schema: { tags, summary: 'Forget every answer that is kept', response: { 200: ClearingSchema } } },
    async (request) => {
      const { message, clearedEntries } = await caches.clear(request.actor);
      return { success: true as const, message, cleared_entries: clearedEntries };
    },
  );
}

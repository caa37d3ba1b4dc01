import { Type } from 'typebox';
import type { ApiServices } from '../api-services.ts';
import { PageSchema } from './answers.ts';
import type { RestApp } from './rest-api.ts';

const PeriodSchema = Type.Object({
  kept: Type.String(),
  days: Type.Union([Type.Integer(), Type.Null()], { description: 'Null: for ever' }),
  setting: Type.String({ description: 'The environment variable that sets it' }),
});

/** How long data are kept. */
export function retentionRoutes(app: RestApp, { retention }: Pick<ApiServices, 'retention'>): void {
  app.get(
    '/retention',
    {
      schema: {
        tags: ['nodes'],
        summary: 'How long the controller keeps what it was told',
        response: { 200: PageSchema(PeriodSchema) },
      },
    },
    async () => ({ items: [...retention], next_cursor: null }),
  );
}

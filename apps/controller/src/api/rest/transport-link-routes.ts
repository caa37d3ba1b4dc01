import { Type } from 'typebox';
import type { TransportLinks } from '../../services/path-pairs.ts';
import { inputExamples } from './input-examples.ts';
import type { ApiServices } from '../api-services.ts';
import { Nullable, version } from './answers.ts';
import { conditionHeaders, expectedVersions } from './conditions.ts';
import { withExample } from './openapi.ts';
import type { RestApp } from './rest-api.ts';

const tags = ['transport-links'];
const LinkSchema = Type.Object({ a: Type.String(), b: Type.String() }, { additionalProperties: false });
const links = Nullable(Type.Array(LinkSchema));
const InputSchema = Type.Object({ links }, { additionalProperties: false });
const LinksSchema = Type.Object({ links, version });

export function transportLinkRoutes(app: RestApp, { transportLinks }: ApiServices): void {
  const answer = async (set: TransportLinks) => ({
    links: set === null ? null : [...set],
    version: await transportLinks.version(),
  });
  app.get(
    '/transport-links',
    {
      schema: {
        tags,
        summary: 'Which labels reach each other; null: all reach all',
        response: { 200: LinksSchema },
      },
    },
    async () => answer(await transportLinks.get()),
  );
  app.put(
    '/transport-links',
    {
      schema: {
        tags,
        summary: 'Set which labels reach each other',
        headers: conditionHeaders,
        body: withExample(InputSchema, inputExamples.transportLinks),
        response: { 200: LinksSchema },
      },
    },
    async (request) => answer(await transportLinks.set(request.actor, request.body.links, expectedVersions(request))),
  );
}

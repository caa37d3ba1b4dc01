import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { pageOf } from '../../services/page.ts';
import type { TransportLinks } from '../../services/path-pairs.ts';
import { SiteChangesSchema, SiteInputSchema } from '../../services/site-input.ts';
import type { ApiServices } from '../api-services.ts';
import { Nullable, pageAnswer, pageQuery, PageSchema, SiteSchema } from './answers.ts';
import type { RestApp } from './rest-api.ts';

const params = Type.Object({ site: Type.String({ description: 'Id or name' }) });
const tags = ['sites'];
const LinkSchema = Type.Object({ a: Type.String(), b: Type.String() }, { additionalProperties: false });
const LinksSchema = Type.Object({ links: Nullable(Type.Array(LinkSchema)) }, { additionalProperties: false });

export function siteRoutes(app: RestApp, { sites, transportLinks, documents }: ApiServices): void {
  app.get(
    '/sites',
    { schema: { tags, querystring: Type.Object(pageQuery), response: { 200: PageSchema(SiteSchema) } } },
    async (request) => pageAnswer(pageOf(await sites.list(), request.query), toSnakeCase),
  );
  app.post(
    '/sites',
    { schema: { tags, body: SiteInputSchema, response: { 201: SiteSchema } } },
    async (request, reply) => reply.status(201).send(toSnakeCase(await sites.create(request.actor, request.body))),
  );
  app.get('/sites/:site', { schema: { tags, params, response: { 200: SiteSchema } } }, async (request) =>
    toSnakeCase(await sites.get(request.params.site)),
  );
  app.patch(
    '/sites/:site',
    { schema: { tags, params, body: SiteChangesSchema, response: { 200: SiteSchema } } },
    async (request) => toSnakeCase(await sites.update(request.actor, request.params.site, request.body)),
  );
  app.delete('/sites/:site', { schema: { tags, params }, config: { access: 'admin' } }, async (request, reply) => {
    await sites.delete(request.actor, request.params.site);
    return reply.status(204).send();
  });
  app.get('/sites/:site/document', { schema: { tags, params } }, async (request) =>
    documents.current((await sites.get(request.params.site)).id),
  );

  app.get('/transport-links', { schema: { tags, response: { 200: LinksSchema } } }, async () =>
    linksAnswer(await transportLinks.get()),
  );
  app.put(
    '/transport-links',
    { schema: { tags, body: LinksSchema, response: { 200: LinksSchema } } },
    async (request) => linksAnswer(await transportLinks.set(request.actor, request.body.links)),
  );
}

const linksAnswer = (links: TransportLinks) => ({ links: links === null ? null : [...links] });

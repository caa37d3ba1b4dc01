import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { pageOf } from '../../services/page.ts';
import type { TransportLinks } from '../../services/path-pairs.ts';
import { SiteChangesSchema, SiteInputSchema } from '../../services/site-input.ts';
import type { ApiServices } from '../api-services.ts';
import {
  deletedQuery,
  deletionAnswer,
  DeletionSchema,
  forceQuery,
  Nullable,
  pageAnswer,
  pageQuery,
  PageSchema,
  purgeQuery,
  SiteSchema,
} from './answers.ts';
import type { RestApp } from './rest-api.ts';

const params = Type.Object({ site: Type.String({ description: 'Id or name' }) });
const tags = ['sites'];
const listQuery = Type.Object({ ...pageQuery, ...deletedQuery });
const deleteQuery = Type.Object({ ...purgeQuery, ...forceQuery });
const DependenciesSchema = Type.Object({
  site_id: Type.String(),
  site: Type.String(),
  endpoints: Type.Integer(),
  paths: Type.Integer({ description: 'Directed, from or to the site' }),
  enrolment_keys: Type.Integer(),
  edges: Type.Integer(),
  policies: Type.Array(Type.Object({ id: Type.Integer(), name: Type.String() })),
});
const LinkSchema = Type.Object({ a: Type.String(), b: Type.String() }, { additionalProperties: false });
const LinksSchema = Type.Object({ links: Nullable(Type.Array(LinkSchema)) }, { additionalProperties: false });

export function siteRoutes(app: RestApp, services: ApiServices): void {
  const { sites, transportLinks, documents } = services;
  app.get(
    '/sites',
    { schema: { tags, querystring: listQuery, response: { 200: PageSchema(SiteSchema) } } },
    async (request) => {
      const { deleted, ...page } = request.query;
      return pageAnswer(pageOf(await sites.list(deleted === true ? 'deleted' : 'live'), page), toSnakeCase);
    },
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
  siteDeletionRoutes(app, services);
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

function siteDeletionRoutes(app: RestApp, { sites, siteDeletion }: ApiServices): void {
  app.get(
    '/sites/:site/dependencies',
    { schema: { tags, params, response: { 200: DependenciesSchema } } },
    async (request) => toSnakeCase(await siteDeletion.dependencies(request.params.site)),
  );
  app.delete(
    '/sites/:site',
    {
      schema: { tags, params, querystring: deleteQuery, response: { 200: DeletionSchema } },
    },
    async (request) => deletionAnswer(await siteDeletion.delete(request.actor, request.params.site, request.query)),
  );
  app.post('/sites/:site/restore', { schema: { tags, params, response: { 200: SiteSchema } } }, async (request) =>
    toSnakeCase(await sites.get((await siteDeletion.restore(request.actor, request.params.site)).id)),
  );
}

const linksAnswer = (links: TransportLinks) => ({ links: links === null ? null : [...links] });

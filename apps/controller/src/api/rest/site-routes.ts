import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { siteList } from '../../services/lists/index.ts';
import { SiteChangesSchema, SiteInputSchema } from '../../services/site-input.ts';
import { inputExamples } from './input-examples.ts';
import type { ApiServices } from '../api-services.ts';
import { pageAnswer, PageSchema, SiteSchema, standingOf } from './answers.ts';
import { conditionHeaders, expectedVersions, onceHeaders, onceKey } from './conditions.ts';
import { deletionAnswer, deletionOptions, deletionSchema, forceQuery } from './deletion-route.ts';
import { withExample } from './openapi.ts';
import type { RestApp } from './rest-api.ts';

const params = Type.Object({ site: Type.String({ description: 'Id or name' }) });
const tags = ['sites'];
const DependenciesSchema = Type.Object({
  site_id: Type.String(),
  site: Type.String(),
  endpoints: Type.Integer(),
  paths: Type.Integer({ description: 'Directed, from or to the site' }),
  enrolment_keys: Type.Integer(),
  edges: Type.Integer(),
  policies: Type.Array(Type.Object({ id: Type.Integer(), name: Type.String() })),
});

export function siteRoutes(app: RestApp, services: ApiServices): void {
  const { sites, documents } = services;
  app.get(
    '/sites',
    {
      schema: { tags, summary: 'List sites', querystring: siteList.schema, response: { 200: PageSchema(SiteSchema) } },
      config: { fromStore: true },
    },
    async ({ query }) => pageAnswer(siteList.page(await sites.list(standingOf(query)), query), toSnakeCase),
  );
  app.post(
    '/sites',
    {
      schema: {
        tags,
        summary: 'Make a site, with its endpoints',
        headers: onceHeaders,
        body: withExample(SiteInputSchema, inputExamples.site),
        response: { 201: SiteSchema },
      },
    },
    async (request, reply) =>
      reply.status(201).send(toSnakeCase(await sites.create(request.actor, request.body, onceKey(request)))),
  );
  app.get(
    '/sites/:site',
    { schema: { tags, summary: 'One site', params, response: { 200: SiteSchema } }, config: { fromStore: true } },
    async (request) => toSnakeCase(await sites.get(request.params.site)),
  );
  app.patch(
    '/sites/:site',
    {
      schema: {
        tags,
        summary: 'Change fields of a site',
        params,
        headers: conditionHeaders,
        body: withExample(SiteChangesSchema, inputExamples.siteChanges),
        response: { 200: SiteSchema },
      },
    },
    async (request) =>
      toSnakeCase(await sites.update(request.actor, request.params.site, request.body, expectedVersions(request))),
  );
  siteDeletionRoutes(app, services);
  const DocumentSchema = Type.Unknown({ description: 'What the edge of the site works by; null before the first' });
  app.get(
    '/sites/:site/document',
    { schema: { tags, summary: 'The document of a site', params, response: { 200: DocumentSchema } } },
    async (request) => documents.current((await sites.get(request.params.site)).id),
  );
}

function siteDeletionRoutes(app: RestApp, { sites, siteDeletion }: ApiServices): void {
  app.get(
    '/sites/:site/dependencies',
    { schema: { tags, summary: 'What goes with a site', params, response: { 200: DependenciesSchema } } },
    async (request) => toSnakeCase(await siteDeletion.dependencies(request.params.site)),
  );
  app.delete(
    '/sites/:site',
    { schema: deletionSchema({ tags, summary: 'Delete a site, or remove it for good', params, query: forceQuery }) },
    async (request) => {
      return deletionAnswer(await siteDeletion.delete(request.actor, request.params.site, deletionOptions(request)));
    },
  );
  app.post(
    '/sites/:site/restore',
    {
      schema: { tags, summary: 'Put a deleted site back', params, response: { 200: SiteSchema } },
    },
    async (request) =>
      toSnakeCase(await sites.get((await siteDeletion.restore(request.actor, request.params.site)).id)),
  );
}

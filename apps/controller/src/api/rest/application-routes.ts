import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { ApplicationChangesSchema, ApplicationInputSchema } from '../../services/application-input.ts';
import { applicationList } from '../../services/lists/index.ts';
import type { ApiServices } from '../api-services.ts';
import { Nullable, pageAnswer, PageSchema, version } from './answers.ts';
import { conditionHeaders, expectedVersions, onceHeaders, onceKey } from './conditions.ts';
import { inputExamples } from './input-examples.ts';
import { withExample } from './openapi.ts';
import type { RestApp } from './rest-api.ts';

const params = Type.Object({ application: Type.String({ description: 'Name or id' }) });
const tags = ['applications'];
const ApplicationSchema = Type.Object({
  id: Type.String({ description: 'The name, for those of the catalogue' }),
  name: Type.String(),
  title: Type.String(),
  description: Type.String(),
  category: Type.String(),
  signatures: ApplicationInputSchema.properties.signatures,
  dscp: Nullable(Type.Integer({ description: 'What its packets usually carry' })),
  custom: Type.Boolean({ description: 'Whether an operator added it' }),
  created_at: Nullable(Type.Integer()),
  updated_at: Nullable(Type.Integer()),
  version,
});

export function applicationRoutes(app: RestApp, { applications }: ApiServices): void {
  const [querystring, response] = [applicationList.schema, { 200: ApplicationSchema }];
  app.get(
    '/applications',
    {
      schema: {
        tags,
        summary: 'List the applications that policies may name',
        querystring,
        response: { 200: PageSchema(ApplicationSchema) },
      },
    },
    async ({ query }) => pageAnswer(applicationList.page(await applications.list(), query), toSnakeCase),
  );
  app.post(
    '/applications',
    {
      schema: {
        tags,
        summary: 'Add an application to the catalogue',
        headers: onceHeaders,
        body: withExample(ApplicationInputSchema, inputExamples.customApplication),
        response: { 201: ApplicationSchema },
      },
    },
    async (request, reply) =>
      reply.status(201).send(toSnakeCase(await applications.create(request.actor, request.body, onceKey(request)))),
  );
  app.get(
    '/applications/:application',
    { schema: { tags, summary: 'One application', params, response } },
    async (request) => toSnakeCase(await applications.get(request.params.application)),
  );
  app.patch(
    '/applications/:application',
    {
      schema: {
        tags,
        summary: 'Change fields of an application that an operator added',
        params,
        headers: conditionHeaders,
        body: withExample(ApplicationChangesSchema, inputExamples.applicationChanges),
        response,
      },
    },
    async (request) => {
      const {
        actor,
        params: { application },
        body,
      } = request;
      return toSnakeCase(await applications.update(actor, application, body, expectedVersions(request)));
    },
  );
  deletionRoute(app, applications);
}

function deletionRoute(app: RestApp, applications: ApiServices['applications']): void {
  app.delete(
    '/applications/:application',
    {
      schema: {
        tags,
        summary: 'Delete an application that an operator added and no policy names',
        params,
        headers: conditionHeaders,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await applications.delete(request.actor, request.params.application, expectedVersions(request));
      return reply.status(204).send(null);
    },
  );
}

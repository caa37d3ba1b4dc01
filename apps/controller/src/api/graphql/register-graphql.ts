import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createHandler, type Handler, type Request as GraphqlRequest, type Response } from 'graphql-http';
import { GraphQLError, Kind, OperationTypeNode, type DocumentNode } from 'graphql';
import { PatronusError } from '@patronus/core';
import type { Caller } from '../../auth/index.ts';
import { problemDocument } from '../problem.ts';
import { graphqlContext, type GraphqlParts } from './graphql-parts.ts';
import type { GraphqlContext } from './graphql-services.ts';
import { maxBatch, tooLarge } from './limits.ts';
import { liveGraphql } from './live-graphql.ts';
import { Operations } from './operations.ts';
import { PersistedQueries } from './persisted-queries.ts';
import { graphqlSchema } from './schema.ts';
import { asGraphqlError, shownError } from './shown-errors.ts';

/** What a request is carried out with; `kept` says afterwards whether its answer may be kept. */
interface Carried {
  readonly context: GraphqlContext;
  isKeepable: boolean;
}

const bodyLimit = 256 * 1024;

/** Serves the schema at `/graphql`, over HTTP and WebSocket (sub-protocol graphql-transport-ws). */
export async function registerGraphql(app: FastifyInstance, parts: GraphqlParts): Promise<void> {
  const operations = new Operations(graphqlSchema, parts);
  const endpoint = new GraphqlEndpoint(parts, operations);
  await app.register(async (scope) => {
    // Bodies are read as text: what is no JSON is answered by GraphQL's rules, and equal requests are told by it.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    const answer = (request: FastifyRequest, reply: FastifyReply) => endpoint.answer(request, reply);
    const schema = { hide: true };
    scope.route({ method: 'POST', url: '/graphql', schema, bodyLimit, handler: answer });
    scope.route({
      method: 'GET',
      url: '/graphql',
      schema,
      exposeHeadRoute: false,
      handler: answer,
      wsHandler: liveGraphql(parts, operations),
    });
  });
}

class GraphqlEndpoint {
  readonly #parts: GraphqlParts;
  readonly #persisted = new PersistedQueries();
  readonly #handle: Handler<FastifyRequest, Carried>;

  constructor(parts: GraphqlParts, operations: Operations) {
    this.#parts = parts;
    this.#handle = createHandler<FastifyRequest, Carried, Record<string, unknown>>({
      schema: graphqlSchema,
      context: (request) => ({ ...request.context.context }),
      parse: (source) => operations.parse(typeof source === 'string' ? source : source.body),
      validate: (_schema, document) => operations.validate(document),
      execute: (args) => operations.execute(args),
      onOperation: (request, { document, operationName }, result) => {
        request.context.isKeepable = result.errors === undefined && isFromStore(document, operationName ?? undefined);
        return result.errors === undefined ? result : { ...result, errors: result.errors.map(shownError) };
      },
    });
  }

  async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    let caller: Caller | null;
    try {
      caller = await this.#parts.authenticate(request.headers.authorization);
    } catch (thrown) {
      return refused(reply, thrown);
    }
    const { answers, anonymousReads } = this.#parts;
    const key = anonymousReads || caller !== null ? keyOf(request) : null;
    const kept = key === null ? null : (answers.get(key) ?? (await answers.share(key)));
    if (kept !== null) return reply.header('content-type', kept.contentType).send(kept.body);
    const context = graphqlContext(this.#parts, request, caller);
    if (key === null) return sent(reply, await this.#carryOut(request, { context, isKeepable: false }));
    try {
      return sent(reply, await this.#workOut(request, key, context));
    } finally {
      answers.worked(key);
    }
  }

  async #workOut(request: FastifyRequest, key: string, context: GraphqlContext): Promise<Response> {
    const { answers } = this.#parts;
    const carried: Carried = { context, isKeepable: false };
    const { stamp } = answers;
    const response = await this.#carryOut(request, carried);
    const [body, { headers }] = response;
    const contentType = headers?.['content-type'];
    if (carried.isKeepable && body !== null && contentType !== undefined) {
      answers.keep(key, stamp, { body, contentType });
    }
    return response;
  }

  async #carryOut(request: FastifyRequest, context: Carried): Promise<Response> {
    const raw = { method: request.method, headers: request.headers, url: request.url, raw: request, context };
    const body = typeof request.body === 'string' ? request.body : null;
    const parsed = parsedBody(body);
    try {
      if (Array.isArray(parsed)) return await this.#carryOutAll(raw, parsed);
      if (request.method === 'GET') return await this.#handle({ ...raw, url: this.#persistedUrl(request.url), body });
      return await this.#handle({ ...raw, body: parsed === null ? body : this.#withQuery(parsed) });
    } catch (thrown) {
      return refusal(thrown);
    }
  }

  /** Several operations in one request, one after the other. */
  async #carryOutAll(
    raw: Omit<GraphqlRequest<FastifyRequest, Carried>, 'body'>,
    batch: readonly unknown[],
  ): Promise<Response> {
    if (batch.length === 0 || batch.length > maxBatch) {
      throw tooLarge(`a request takes 1 to ${maxBatch} operations, not ${batch.length}; send several requests`);
    }
    const bodies: string[] = [];
    for (const each of batch) {
      const body = typeof each === 'object' && each !== null ? this.#withQuery(each as Body) : {};
      const response = await this.#handle({ ...raw, body });
      if (response[0] === null) return response;
      bodies.push(response[0]);
    }
    raw.context.isKeepable = false;
    return [`[${bodies.join(',')}]`, { status: 200, statusText: 'OK', headers: { 'content-type': jsonType } }];
  }

  #withQuery(body: Body): Body {
    return { ...body, query: this.#persisted.textOf(body['query'], body['extensions']) };
  }

  #persistedUrl(address: string): string {
    const url = new URL(address, 'http://localhost');
    const extensions = parsedBody(url.searchParams.get('extensions'));
    if (extensions === null || Array.isArray(extensions)) return address;
    const query = this.#persisted.textOf(url.searchParams.get('query'), extensions);
    if (typeof query === 'string') url.searchParams.set('query', query);
    return `${url.pathname}${url.search}`;
  }
}

type Body = Record<string, unknown>;

const jsonType = 'application/json; charset=utf-8';

/** Null for what is no JSON object or list, of which GraphQL's rules say what becomes of it. */
function parsedBody(text: string | null): Body | unknown[] | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? (value as Body | unknown[] | null) : null;
  } catch {
    return null;
  }
}

/** Requests with equal keys are answered alike, to whoever may read. */
function keyOf({ method, headers, body }: FastifyRequest): string | null {
  return method === 'POST' && typeof body === 'string'
    ? `${headers['content-type'] ?? ''}\n${headers.accept ?? ''}\n${body}`
    : null;
}

/** Whether every field that a query starts with shows only what the stamp of answers speaks of. */
function isFromStore(document: DocumentNode, operationName: string | undefined): boolean {
  const fields = graphqlSchema.getQueryType()?.getFields() ?? {};
  return document.definitions.every((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return false;
    if (
      definition.operation !== OperationTypeNode.QUERY ||
      (operationName !== undefined && definition.name?.value !== operationName)
    ) {
      return false;
    }
    return definition.selectionSet.selections.every(
      (selection) => selection.kind === Kind.FIELD && fields[selection.name.value]?.extensions['fromStore'] === true,
    );
  });
}

function refusal(thrown: unknown): Response {
  const isKnown = thrown instanceof GraphQLError || thrown instanceof PatronusError;
  if (!isKnown) throw thrown;
  const error = asGraphqlError(thrown);
  const status = error.extensions['code'] === 'too_large' ? 413 : statusOf(thrown);
  return [JSON.stringify({ errors: [error] }), { status, statusText: '', headers: { 'content-type': jsonType } }];
}

/** Clients of persisted queries look for their code in an ordinary answer. */
const statusOf = (thrown: GraphQLError | PatronusError): number =>
  thrown instanceof PatronusError ? problemDocument(thrown).status : 200;

const sent = (reply: FastifyReply, [body, { status, headers = {} }]: Response): FastifyReply =>
  reply
    .status(status)
    .headers(headers)
    .send(body ?? '');

function refused(reply: FastifyReply, thrown: unknown): FastifyReply {
  const [body, { status, headers = {} }] = refusal(thrown);
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  return reply.status(status).headers(headers).send(body);
}

import compress from '@fastify/compress';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createHandler, type Handler, type Request as GraphqlRequest, type Response } from 'graphql-http';
import { getOperationAST, GraphQLError, Kind, OperationTypeNode, type DocumentNode } from 'graphql';
import { PatronusError } from '@patronus/core';
import { plainAddress } from '../../audit/index.ts';
import type { Caller } from '../../auth/index.ts';
import type { KeptAnswer } from '../answer-cache.ts';
import { compression } from '../compression.ts';
import { keepAnswers, keyOfAnswer, sendKept } from '../kept-answers.ts';
import { problemDocument } from '../problem.ts';
import { graphqlContext, type GraphqlParts } from './graphql-parts.ts';
import type { GraphqlContext } from './graphql-services.ts';
import { maxBatch, tooLarge } from './limits.ts';
import { liveGraphql } from './live-graphql.ts';
import { Operations } from './operations.ts';
import { PersistedQueries } from './persisted-queries.ts';
import { graphqlSchema } from './schema.ts';
import { asGraphqlError, shownError } from './shown-errors.ts';

/** What a request is carried out with, and what it turned out to be. */
interface Carried {
  readonly context: GraphqlContext;
  /** The operations of an answer that may be kept. */
  kept: readonly string[] | null;
  /** Whether it changed something. */
  isChange: boolean;
}

const bodyLimit = 256 * 1024;

/** Serves the schema at `/graphql`, over HTTP and WebSocket (sub-protocol graphql-transport-ws). */
export async function registerGraphql(app: FastifyInstance, parts: GraphqlParts): Promise<void> {
  const operations = new Operations(graphqlSchema, parts);
  const endpoint = new GraphqlEndpoint(parts, operations);
  await app.register(async (scope) => {
    await scope.register(compress, { ...compression, global: false });
    keepAnswers(scope, parts.answers);
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
        request.context.isChange ||= getOperationAST(document, operationName)?.operation !== OperationTypeNode.QUERY;
        request.context.kept = result.errors === undefined ? storedFields(document, operationName ?? undefined) : null;
        return result.errors === undefined ? result : { ...result, errors: result.errors.map(shownError) };
      },
    });
  }

  async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { access, answers } = this.#parts;
    let caller: Caller | null;
    try {
      caller = await access.callerOfRequest(request, 'GraphQL');
    } catch (thrown) {
      return refused(reply, thrown);
    }
    const key = keyOf(request);
    const kept = key === null ? null : (answers.get(key) ?? (await answers.share(key)));
    if (kept !== null && (await this.#mayHave(kept, caller, request))) return sendKept(reply, kept);
    const context = { ...graphqlContext(this.#parts, request, caller), reply };
    const carried: Carried = { context, kept: null, isChange: false };
    if (key === null) return sent(reply, await this.#carryOut(request, carried), carried);
    try {
      return sent(reply, await this.#workOut(request, key, carried), carried);
    } finally {
      answers.worked(key);
    }
  }

  /** Judges and counts what a kept answer tells, as its resolvers would; who is refused hears why from them. */
  async #mayHave({ operations = [] }: KeptAnswer, caller: Caller | null, request: FastifyRequest): Promise<boolean> {
    const address = plainAddress(request.ip);
    try {
      for (const operation of operations) await this.#parts.access.admit({ caller, address, operation });
      return true;
    } catch (thrown) {
      if (thrown instanceof PatronusError) return false;
      throw thrown;
    }
  }

  async #workOut(request: FastifyRequest, key: string, carried: Carried): Promise<Response> {
    const { answers } = this.#parts;
    const { stamp } = answers;
    const response = await this.#carryOut(request, carried);
    if (carried.kept !== null) request.keeping = { key, stamp, operations: carried.kept };
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
    raw.context.kept = null;
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
function keyOf(request: FastifyRequest): string | null {
  const { method, headers, body } = request;
  if (method !== 'POST' || typeof body !== 'string') return null;
  return keyOfAnswer(request, `${headers['content-type'] ?? ''}\n${headers.accept ?? ''}\n${body}`);
}

/** What a query starts with, where all of it shows only what the stamp of answers speaks of; else null. */
function storedFields(document: DocumentNode, operationName: string | undefined): string[] | null {
  const fields = graphqlSchema.getQueryType()?.getFields() ?? {};
  const operations: string[] = [];
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return null;
    if (definition.operation !== OperationTypeNode.QUERY) return null;
    if (operationName !== undefined && definition.name?.value !== operationName) return null;
    for (const selection of definition.selectionSet.selections) {
      if (selection.kind !== Kind.FIELD || fields[selection.name.value]?.extensions['fromStore'] !== true) return null;
      operations.push(`Query.${selection.name.value}`);
    }
  }
  return operations;
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

/**
 * An operation that was asked for too often has said so by then; all else is told within the answer. Answers to changes hold secrets
 * beside what the asker wrote, and their compressed length would tell of them: they go as they are.
 */
function sent(reply: FastifyReply, [body, { status, headers = {} }]: Response, { isChange }: Carried): FastifyReply {
  reply.status(reply.statusCode === 429 ? 429 : status).headers(headers);
  if (isChange || body === null) return reply.send(body ?? '');
  reply.compress(body);
  return reply;
}

function refused(reply: FastifyReply, thrown: unknown): FastifyReply {
  const [body, { status, headers = {} }] = refusal(thrown);
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  const wait = thrown instanceof PatronusError ? thrown.facts['retryAfterSeconds'] : undefined;
  if (typeof wait === 'number') void reply.header('retry-after', String(wait));
  // Told as GraphQL does, and as REST does.
  const told = { ...problemDocument(thrown).body, ...(JSON.parse(body ?? '{}') as object) };
  return reply.status(status).headers(headers).send(JSON.stringify(told));
}

import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { ExpectedVersions } from '../../services/expected-version.ts';

declare module 'fastify' {
  interface FastifyReply {
    /** The version of the one thing that is answered; undefined where it is not one thing, or has none. */
    shownVersion?: number;
  }
}

/** What every change of a versioned thing takes. */
export const conditionHeaders = Type.Object({
  'if-match': Type.Optional(
    Type.String({
      description: 'The ETag of an earlier answer, or just `"VERSION"`: refused with 412 when it was changed since',
    }),
  ),
});

/** What everything that makes something takes. */
export const onceHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ maxLength: 255, description: 'Under the same key, the same thing is made once within 24 hours' }),
  ),
});

const strongTag = /^"(\d{1,15})(?:-[\w-]*)?"$/;

/**
 * The versions that a request says it has seen (RFC 9110, section 13.1.1): those at the start of the entity tags in
 * `If-Match`. Weak tags and those of others match nothing.
 */
export function expectedVersions(request: FastifyRequest): ExpectedVersions {
  const header = request.headers['if-match'];
  if (header === undefined || header.trim() === '*') return undefined;
  return header.split(',').flatMap((tag) => {
    const version = strongTag.exec(tag.trim())?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}

/** The key under which a request that makes something may be sent again. */
export function onceKey(request: FastifyRequest): string | undefined {
  const header = request.headers['idempotency-key'];
  return typeof header === 'string' ? header : undefined;
}

/**
 * Gives answers entity tags, and answers 304 where a reader has it already (RFC 9110, section 13.1.2). The tag of one thing
 * is strong, `"VERSION-HASH"`; that of a list is weak, as lists may travel compressed.
 */
export function useEntityTags(app: FastifyInstance): void {
  app.addHook('preSerialization', async (_request, reply, payload: { version?: unknown } | null) => {
    if (typeof payload?.version === 'number') reply.shownVersion = payload.version;
    return payload;
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' || reply.statusCode < 200 || reply.statusCode > 201) return payload;
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead && reply.shownVersion === undefined) return payload;
    const tag = String(reply.getHeader('etag') ?? entityTag(payload, reply.shownVersion));
    void reply.header('etag', tag);
    if (!isRead || !hasTag(request.headers['if-none-match'], tag)) return payload;
    answerNotModified(reply);
    return null;
  });
}

/** 72 bits tell the states of one address apart. */
export const entityTag = (body: string, version: number | undefined): string => {
  const hash = createHash('sha1').update(body).digest('base64url').slice(0, 12);
  return version === undefined ? `W/"${hash}"` : `"${version}-${hash}"`;
};

/** Weak comparison (RFC 9110, section 8.8.3.2). */
export function hasTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  const plain = (text: string): string => text.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((each) => plain(each) === plain(tag));
}

/** Makes it an answer that has no body. */
export function answerNotModified(reply: FastifyReply): FastifyReply {
  return reply.status(304).removeHeader('content-type').removeHeader('content-length');
}

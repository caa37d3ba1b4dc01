import type { FastifyContextConfig, FastifyReply, FastifyRequest } from 'fastify';
import type { AnswerCache } from '../answer-cache.ts';
import { keyOfAnswer, sendKept } from '../kept-answers.ts';
import { answerNotModified, hasTag } from './conditions.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its answer changes only with what is stored, with who is online and with compiled documents. */
    fromStore?: boolean;
  }
}

/** Sends the answer that is kept for this address, if there is one; the caller must have been admitted. */
export async function answerFromKept(
  answers: AnswerCache,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | null> {
  const { fromStore }: FastifyContextConfig = request.routeOptions.config;
  if (fromStore !== true || request.method !== 'GET') return null;
  const key = keyOfAnswer(request, request.url);
  const kept = answers.get(key) ?? (await answers.share(key));
  if (kept === null) {
    request.keeping = { key, stamp: answers.stamp };
    return null;
  }
  const { etag } = kept.headers;
  if (!hasTag(request.headers['if-none-match'], String(etag))) return sendKept(reply, kept);
  return answerNotModified(reply.header('etag', etag)).send();
}

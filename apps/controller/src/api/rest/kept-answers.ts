import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AnswerCache } from '../answer-cache.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its answer changes only with what is stored, with who is online and with compiled documents. */
    fromStore?: boolean;
  }
  interface FastifyRequest {
    /** The state of all that its answer shows, as it was before the answer was worked out. */
    answerStamp: string | null;
  }
}

/** Sends the answer that is kept for this address, if there is one; the caller must have been admitted. */
export async function sendKept(
  answers: AnswerCache,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | null> {
  if (request.routeOptions.config.fromStore !== true) return null;
  const kept = answers.get(request.url) ?? (await answers.share(request.url));
  if (kept?.entityTag !== undefined) {
    return reply.header('etag', kept.entityTag).header('content-type', kept.contentType).send(kept.body);
  }
  request.answerStamp = answers.stamp;
  return null;
}

/** Keeps what went out. Comes after the hook that gives entity tags, and before that which compresses. */
export function keepAnswers(app: FastifyInstance, answers: AnswerCache): void {
  app.decorateRequest('answerStamp', null);
  app.addHook('onSend', async (request, reply, payload) => {
    const { answerStamp: stamp, url } = request;
    if (stamp === null) return payload;
    if (typeof payload === 'string' && reply.statusCode === 200) {
      const [contentType, entityTag] = [String(reply.getHeader('content-type')), String(reply.getHeader('etag'))];
      answers.keep(url, stamp, { body: payload, contentType, entityTag });
    }
    answers.worked(url);
    return payload;
  });
}

import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { AnswerCache, KeptAnswer } from './answer-cache.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** How its answer is to be kept; null where it is not. */
    keeping: Keeping | null;
  }
}

export interface Keeping {
  readonly key: string;
  /** The state of all that the answer shows, as it was before the answer was worked out. */
  readonly stamp: string;
  /** What whoever gets it must be admitted to, where that is not told by its address. */
  readonly operations?: readonly string[];
}

/** Of requests that are answered alike, headers and coding included: `asked` tells what they ask for. */
export const keyOfAnswer = ({ protocol, headers }: FastifyRequest, asked: string): string =>
  `${protocol} ${headers['accept-encoding'] ?? ''}\n${asked}`;

/** Keeps answers of 200 as they go out, compressed or not. To be called after compression was registered. */
export function keepAnswers(app: FastifyInstance, answers: AnswerCache): void {
  app.decorateRequest('keeping', null);
  app.addHook('onRoute', (route) => {
    route.onSend = [route.onSend ?? [], keep].flat() as NonNullable<RouteOptions['onSend']>;
  });
  function keep(request: FastifyRequest, reply: FastifyReply, payload: unknown, done: () => void): void {
    if (request.keeping === null) return done();
    const { key, stamp, operations } = request.keeping;
    const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload);
    if (isWhole && reply.statusCode === 200) {
      const headers = { ...(reply.getHeaders() as OutgoingHttpHeaders), 'content-length': Buffer.byteLength(payload) };
      answers.keep(key, stamp, { payload, headers, operations });
    }
    answers.worked(key);
    done();
  }
}

/**
 * Sends what is kept. It goes past the hooks of the HTTP library, whose work is in it already and would take a fifth of the
 * time of such an answer.
 */
export function sendKept(reply: FastifyReply, { headers, payload }: KeptAnswer): FastifyReply {
  void reply.hijack();
  reply.raw.writeHead(200, headers).end(payload);
  return reply;
}

import { PatronusError } from '@patronus/core';
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { problemDocument } from './problem.ts';

/** Answers everything that was thrown, and every address that is not there, with a problem document. */
export function useProblemDocuments(app: FastifyInstance): void {
  app.setErrorHandler((thrown: FastifyError, request, reply) => {
    const error = translated(thrown);
    const { status, body } = problemDocument(error);
    if (error instanceof PatronusError) {
      if (status >= 500) request.log.warn({ code: error.code }, error.message);
    } else if (!hungUp(thrown, request)) request.log.error({ err: thrown }, 'request failed');
    if (error instanceof PatronusError && typeof error.facts['retryAfterSeconds'] === 'number') {
      void reply.header('retry-after', String(error.facts['retryAfterSeconds']));
    }
    if (status === 401) void reply.header('www-authenticate', 'Bearer');
    return reply.status(status).type('application/problem+json').send(JSON.stringify(body));
  });
}

/** Whether the asker went away while the answer was being sent: nothing failed. */
const hungUp = ({ code }: FastifyError, request: FastifyRequest): boolean =>
  code === 'ERR_STREAM_PREMATURE_CLOSE' && request.socket.destroyed;

/** What the HTTP library throws, in our words. */
function translated(thrown: FastifyError): Error {
  if (thrown instanceof PatronusError) return thrown;
  const { statusCode = 500, message } = thrown;
  if (statusCode === 413) return new PatronusError('too_large', 'the request is too large; send less at once');
  if (statusCode >= 400 && statusCode < 500) {
    return new PatronusError('invalid_input', `the request cannot be read: ${message}`, { cause: thrown });
  }
  return thrown;
}

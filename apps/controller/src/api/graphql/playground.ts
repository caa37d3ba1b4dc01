import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';

/**
 * A page on which people try queries: what a browser gets at `GET /graphql`. It is built with the web page, and everything
 * that it loads comes from there.
 */
export function servePlayground(app: FastifyInstance, webDir: string): void {
  const file = join(webDir, 'playground.html');
  const page = existsSync(file) ? readFileSync(file, 'utf8') : null;
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'GET' || !request.url.startsWith('/graphql')) return;
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    const isBrowser = request.headers.accept?.includes('text/html') === true && request.headers.upgrade === undefined;
    if (pathname !== '/graphql' || searchParams.has('query') || !isBrowser) return;
    await reply
      .status(page === null ? 503 : 200)
      .type('text/html; charset=utf-8')
      .send(page ?? notBuilt);
  });
}

const notBuilt = `<!doctype html><title>Patronus GraphQL</title><h1>The page to try queries is not built</h1>
<p>Run <code>npm run build</code> and start again. Queries are answered by POST all the same.`;

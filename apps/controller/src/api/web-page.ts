import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Serves the built web page at `/`; addresses without a file get its index, which knows its own pages. */
export async function webPage(app: FastifyInstance, webDir: string): Promise<void> {
  if (!existsSync(webDir)) return notBuilt(app, webDir);
  await app.register(fastifyStatic, {
    root: webDir,
    wildcard: false,
    index: false,
    cacheControl: false,
    // The build leaves each file as brotli and gzip too.
    preCompressed: true,
  });
  app.get('/*', { schema: { hide: true } }, (request, reply) => {
    const path = URL.parse(request.url, 'http://localhost')?.pathname ?? '/';
    const isFile = path !== '/' && existsSync(join(webDir, path));
    // Names of assets hold a hash of their content.
    if (path.startsWith('/assets/') && isFile)
      void reply.header('cache-control', 'public, max-age=31536000, immutable');
    else void reply.header('cache-control', 'no-cache');
    if (isFile) return reply.sendFile(path);
    return wantsPage(request, path) ? reply.sendFile('index.html') : reply.callNotFound();
  });
}

function notBuilt(app: FastifyInstance, webDir: string): void {
  app.get('/', { schema: { hide: true } }, (_request, reply: FastifyReply) =>
    reply
      .status(503)
      .type('text/html; charset=utf-8')
      .send(
        `<!doctype html><title>Patronus</title><h1>The web page is not built</h1>
<p>The controller runs, and its API answers at <a href="/api/v1/health">/api/v1</a> and <a href="/graphql">/graphql</a>.
<p>To see the page, run <code>npm run build</code> and start again. It is expected in <code>${escaped(webDir)}</code>.`,
      ),
  );
}

const wantsPage = (request: FastifyRequest, path: string): boolean =>
  path === '/' ||
  (!path.startsWith('/api/') && !path.startsWith('/assets/') && (request.headers.accept ?? '').includes('text/html'));

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

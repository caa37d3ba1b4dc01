import type { FastifyInstance } from 'fastify';

/** A page on which people try queries: what a browser gets at `GET /graphql`. Everything it loads comes from here. */
export function servePlayground(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'GET' || !request.url.startsWith('/graphql')) return;
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    const isBrowser = request.headers.accept?.includes('text/html') === true && request.headers.upgrade === undefined;
    if (pathname !== '/graphql' || searchParams.has('query') || !isBrowser) return;
    await reply.type('text/html; charset=utf-8').send(page);
  });
  const schema = { hide: true };
  app.get('/graphql/playground.js', { schema }, (_request, reply) => reply.type('text/javascript').send(script));
  app.get('/graphql/playground.css', { schema }, (_request, reply) => reply.type('text/css').send(style));
}

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Patronus GraphQL</title>
<link rel="stylesheet" href="/graphql/playground.css">
<script type="module" src="/graphql/playground.js"></script>
<h1>GraphQL</h1>
<form>
  <label>Query <textarea name="query" rows="14" spellcheck="false"></textarea></label>
  <label>Variables, as JSON <textarea name="variables" rows="3" spellcheck="false"></textarea></label>
  <label>Access token, for mutations <input name="token" type="password" autocomplete="off"></label>
  <button>Run (Ctrl-Enter)</button>
</form>
<pre aria-live="polite"></pre>
</html>
`;

const style = `body { font: 1rem system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
label { display: block; margin-block: .75rem }
textarea, input, pre { box-sizing: border-box; width: 100%; font: .9rem ui-monospace, monospace }
pre { white-space: pre-wrap; overflow-wrap: anywhere }
`;

const script = `const form = document.querySelector('form');
const output = document.querySelector('pre');
form.elements.query.value = \`{
  sites { id name location endpoints { id label address } }
  paths { source_site dest_site source_label dest_label latency health_status }
  policies { id priority name packets_matched bytes_matched }
}\`;

async function run() {
  try {
    const { query, variables, token } = form.elements;
    const headers = { 'content-type': 'application/json' };
    if (token.value !== '') headers.authorization = 'Bearer ' + token.value;
    const body = { query: query.value, variables: variables.value === '' ? {} : JSON.parse(variables.value) };
    const answer = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify(body) });
    output.textContent = JSON.stringify(await answer.json(), null, 2);
  } catch (error) {
    output.textContent = String(error);
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void run();
});
form.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void run();
});
`;

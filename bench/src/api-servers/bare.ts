import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tellCpu } from './tell-cpu.ts';

/* Node's own HTTP server, which answers every request with the same bytes: what the bench `api` compares with. */

interface Answer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

process.once('message', ({ headers, body }: Answer) => {
  tellCpu();
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(200, headers).end(body));
  });
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.once('disconnect', () => process.exit());
});

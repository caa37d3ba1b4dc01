import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

/**
 * Stands before a controller: what a page asks goes through to it, while live values come from here, as many as a bench wants.
 * It speaks graphql-transport-ws.
 */
export class LiveProxy {
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
  });
  /** Those who asked for measurements of paths, by the id of the question. */
  readonly #listeners = new Map<WebSocket, string>();

  private constructor(controllerUrl: string) {
    this.#server = createServer((incoming, response) => passOn(controllerUrl, incoming, response));
    this.#server.on('upgrade', (incoming, socket, head) =>
      this.#sockets.handleUpgrade(incoming, socket, head, (opened) => this.#serve(opened)),
    );
  }

  static async start(controllerUrl: string): Promise<LiveProxy> {
    const proxy = new LiveProxy(controllerUrl);
    await new Promise<void>((resolve) => proxy.#server.listen(0, 'localhost', resolve));
    return proxy;
  }

  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  send(paths: readonly object[]): void {
    for (const [socket, id] of this.#listeners) {
      socket.send(JSON.stringify({ id, type: 'next', payload: { data: { pathReports: paths } } }));
    }
  }

  stop(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #serve(socket: WebSocket): void {
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; id: string; payload?: { query?: string } };
      if (message.type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (message.type === 'ping') socket.send('{"type":"pong"}');
      const query = message.payload?.query ?? '';
      if (message.type === 'subscribe' && query.includes('pathReports')) this.#listeners.set(socket, message.id);
    });
    socket.on('close', () => this.#listeners.delete(socket));
  }
}

const protocol = 'graphql-transport-ws';

function passOn(controllerUrl: string, incoming: IncomingMessage, response: ServerResponse): void {
  const target = new URL(incoming.url ?? '/', controllerUrl);
  const headers = { ...incoming.headers, host: target.host };
  delete headers.origin;
  const asked = request(target, { method: incoming.method ?? 'GET', headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  asked.on('error', () => response.destroy());
  incoming.pipe(asked);
}

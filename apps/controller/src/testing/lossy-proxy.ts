import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** When a connection is cut: before the server hears of a statement, or after it has answered, which the client never hears. */
export type Cut = 'before' | 'after';

/** Stands between a client and a PostgreSQL server, and cuts the connection at a statement once it is told to. */
export class LossyProxy implements AsyncDisposable {
  #cut: { readonly statement: string; readonly when: Cut } | null = null;
  readonly #server = createServer((client) => this.#carry(client));
  readonly #socketPath: string;

  private constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** To the server of a URL that names its Unix socket. */
  static async to(url: string): Promise<{ proxy: LossyProxy; url: string }> {
    const { hostname, port, username, pathname } = new URL(url);
    const proxy = new LossyProxy(`${decodeURIComponent(hostname)}/.s.PGSQL.${port}`);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    const own = (proxy.#server.address() as AddressInfo).port;
    return { proxy, url: `postgres://${username}@127.0.0.1:${own}${pathname}` };
  }

  /** Cuts the next connection that says this statement, once. */
  cutAt(statement: string, when: Cut): void {
    this.#cut = { statement, when };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }

  #carry(client: Socket): void {
    const server = connect(this.#socketPath);
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    let isDeaf = false;
    client.on('data', (data) => {
      const cut = this.#cut;
      if (cut === null || !data.includes(cut.statement)) return server.write(data);
      this.#cut = null;
      if (cut.when === 'before') return end();
      isDeaf = true;
      return server.write(data);
    });
    server.on('data', (data) => (isDeaf ? end() : client.write(data)));
  }
}

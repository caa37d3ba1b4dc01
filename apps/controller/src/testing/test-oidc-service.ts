import { generateKeyPairSync } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider, type Configuration } from 'oidc-provider';

/** What the service says of somebody, beside what it calls them. */
export type TestClaims = Readonly<Record<string, unknown>>;

export const testClient = { id: 'patronus', secret: 'Client-Secret-4711' } as const;

/** A real OpenID Connect service on a free port, at which whoever comes signs in as `person` at once. */
export class TestOidcService {
  readonly issuer: string;
  /** Null: whoever comes does not want to. */
  person: string | null = null;
  readonly people = new Map<string, TestClaims>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** `pages` is the address of the controller as browsers know it. */
  static async start(pages: string, more: Partial<Configuration> = {}): Promise<TestOidcService> {
    // The service must know its own address, of which the port is known once it listens.
    let handle: ReturnType<Provider['callback']> | null = null;
    const { createServer } = await import('node:http');
    const server = createServer((request, response) => void handle?.(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const service = new TestOidcService(server);
    const provider = new Provider(service.issuer, { ...service.#configuration(pages), ...more });
    service.#signIn(provider);
    handle = provider.callback();
    return service;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #configuration(pages: string): Configuration {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return {
      clients: [
        {
          client_id: testClient.id,
          client_secret: testClient.secret,
          redirect_uris: [`${pages}/api/v1/auth/oidc/callback`],
          post_logout_redirect_uris: [`${pages}/`],
        },
      ],
      jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'test', use: 'sig', alg: 'RS256' }] as never },
      pkce: { required: () => true },
      claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'], email: ['email'] },
      conformIdTokenClaims: false,
      cookies: { keys: ['test'] },
      features: { devInteractions: { enabled: false } },
      ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      findAccount: (_context, accountId) => ({
        accountId,
        claims: () => ({ sub: accountId, ...this.people.get(accountId) }),
      }),
      loadExistingGrant: async (context) => {
        const { client, account, provider } = context.oidc;
        const grant = new provider.Grant({ clientId: client!.clientId, accountId: account!.accountId });
        grant.addOIDCScope('openid profile email');
        await grant.save();
        return grant;
      },
    };
  }

  #signIn(provider: Provider): void {
    provider.use(async (context, next) => {
      if (!context.path.startsWith('/interaction/')) {
        await next();
        return;
      }
      const { person } = this;
      const denied = { error: 'access_denied', error_description: 'not today <b>' };
      const result = person === null ? denied : { login: { accountId: person } };
      await provider.interactionFinished(context.req, context.res, result);
      context.respond = false;
    });
  }
}

/** Follows addresses from one host to the next as a browser does, with the cookies of each. */
export class TestBrowser {
  readonly #cookies = new Map<string, Map<string, string>>();
  readonly #places: Readonly<Record<string, string>>;

  /** Origins that lead elsewhere, as a name in a hosts file does. */
  constructor(places: Readonly<Record<string, string>> = {}) {
    this.#places = places;
  }

  /** Until a page that leads nowhere else, or, with `stopAt`, before an address that starts with it. */
  async open(
    url: string,
    stopAt?: string,
  ): Promise<{ readonly url: string; readonly status: number; readonly text: string; readonly headers: Headers }> {
    let at = url;
    for (let step = 0; step < 15; step++) {
      const response = await this.#fetch(at);
      const location = response.headers.get('location');
      const next = location === null ? null : new URL(location, at).href;
      if (next === null || response.status < 300 || response.status > 399) {
        return { url: at, status: response.status, text: await response.text(), headers: response.headers };
      }
      if (stopAt !== undefined && next.startsWith(stopAt)) {
        return { url: next, status: response.status, text: '', headers: response.headers };
      }
      at = next;
    }
    throw new Error(`${url} leads on for ever`);
  }

  cookie(origin: string, name: string): string | undefined {
    return this.#cookies.get(origin)?.get(name);
  }

  setCookie(origin: string, name: string, value: string): void {
    this.#cookies.set(origin, (this.#cookies.get(origin) ?? new Map<string, string>()).set(name, value));
  }

  async #fetch(url: string): Promise<Response> {
    const { origin } = new URL(url);
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    const response = await fetch(url.replace(origin, this.#places[origin] ?? origin), {
      redirect: 'manual',
      headers: {
        accept: 'text/html,*/*;q=0.8',
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
      },
    });
    for (const set of response.headers.getSetCookie()) {
      const [name, value] = set.split(';')[0]!.split(/=(.*)/s) as [string, string];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(set)) jar.delete(name);
      else jar.set(name, value);
    }
    this.#cookies.set(origin, jar);
    return response;
  }
}

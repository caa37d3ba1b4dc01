import type { Role } from '../auth/index.ts';
import type { TestController } from './test-controller.ts';

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** A user of a controller with a password of their own, as a test signs in with it. */
export class TestAccount {
  readonly controller: TestController;
  readonly username: string;
  readonly password: string;
  readonly id: string;
  tokens: Tokens = { access_token: '', refresh_token: '' };

  private constructor(controller: TestController, fields: { username: string; password: string; id: string }) {
    this.controller = controller;
    this.username = fields.username;
    this.password = fields.password;
    this.id = fields.id;
  }

  /** Created by the holder of the local token, and signed in. */
  static async create(controller: TestController, username: string, role: Role): Promise<TestAccount> {
    const password = `Correct-Horse-7-${username}-Battery`;
    const { status, body } = await controller.ask<{ id: string }>('POST', 'users', { username, role, password });
    if (status !== 201) throw new Error(`${username} cannot be created: ${JSON.stringify(body)}`);
    const account = new TestAccount(controller, { username, password, id: body.id });
    account.tokens = await account.signIn();
    return account;
  }

  get bearer(): { authorization: string } {
    return { authorization: `Bearer ${this.tokens.access_token}` };
  }

  /** A new session, beside those that there are. */
  async signIn(password = this.password): Promise<Tokens> {
    const { username } = this;
    const { status, body } = await this.controller.request<Tokens>('POST', 'auth/login', { username, password });
    if (status !== 200) throw new Error(`${username} cannot sign in: ${JSON.stringify(body)}`);
    return body;
  }

  /** A REST request with its token. */
  ask<T = Record<string, unknown>>(method: string, path: string, body?: unknown) {
    return this.controller.request<T>(method, path, body, this.bearer);
  }

  /** The id of the session that it is signed in with. */
  get sessionId(): string {
    const claims = Buffer.from(this.tokens.access_token.split('.')[1]!, 'base64url').toString();
    return (JSON.parse(claims) as { sid: string }).sid;
  }
}

/** Data of a GraphQL operation, or the code of its first error. */
export async function graphql(
  controller: TestController,
  query: string,
  headers: Record<string, string> = {},
): Promise<{ data: Record<string, unknown> | null; code: string | null }> {
  const { body } = await controller.request<{
    data: Record<string, unknown> | null;
    errors?: { extensions?: { code?: string } }[];
  }>('POST', '/graphql', { query }, headers);
  return { data: body.data, code: body.errors === undefined ? null : (body.errors[0]?.extensions?.code ?? 'none') };
}

import type { AuditAction } from '../audit/index.ts';
import { TestController } from './test-controller.ts';

/** A row of the audit log as the API tells it. */
export interface AuditRow {
  readonly sequence: number;
  readonly time: number;
  readonly actor_type: string;
  readonly actor_id: string | null;
  readonly actor: string;
  readonly address: string | null;
  readonly action: AuditAction;
  readonly target_type: string;
  readonly target_id: string | null;
  readonly target: string | null;
  readonly result: string;
  readonly details: Record<string, unknown>;
}
export interface TestTokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** A door through which something is changed, and the row that this leaves. */
export type AuditedMutation = readonly [
  door: string,
  action: AuditAction,
  target: string | null,
  work: () => Promise<unknown>,
];

export const bearer = ({ access_token }: TestTokens) => ({ authorization: `Bearer ${access_token}` });

/** A controller with a signed-in administrator whose work is looked up in the audit log. Its functions stand alone. */
export class AuditedController {
  readonly password = 'Correct-Horse-7-Battery';
  readonly wrongPassword = 'Wrong-Horse-8-Battery';
  /** Everything that must never stand in the log. */
  readonly secrets: string[] = [this.password, this.wrongPassword];
  #controller: TestController | null = null;
  #admin: TestTokens | null = null;

  get controller(): TestController {
    return this.#controller!;
  }

  get admin(): TestTokens {
    return this.#admin!;
  }

  /** With two sites that an uplink each connects. */
  async start(): Promise<void> {
    const settings = { PATRONUS_ADMIN_PASSWORD: this.password, PATRONUS_PRIVATE_TARGETS: 'all' };
    this.#controller = await TestController.start(settings);
    this.#admin = await this.login();
    for (const [name, address] of [
      ['east', '192.0.2.1'],
      ['west', '192.0.2.2'],
    ]) {
      await this.rest('POST', 'sites', { name, endpoints: [{ label: 'mpls', device: 'eth0', address }] });
    }
  }

  readonly login = async (secret = this.password): Promise<TestTokens> => {
    const account = { username: 'admin', password: secret };
    const { body } = await this.controller.request<TestTokens>('POST', 'auth/login', account);
    this.secrets.push(body.access_token, body.refresh_token);
    return body;
  };

  readonly rest = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await this.controller.request(method, path, body, bearer(this.admin));
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  readonly graphql = async (
    query: string,
    tokens: TestTokens | null = this.admin,
  ): Promise<Record<string, { id: string }>> => {
    const headers = tokens === null ? {} : bearer(tokens);
    const answer = await this.controller.request<{ data: Record<string, { id: string }>; errors?: unknown }>(
      'POST',
      '/graphql',
      { query },
      headers,
    );
    return answer.body.errors === undefined ? answer.body.data : Promise.reject(new Error(JSON.stringify(answer.body)));
  };

  readonly rows = async (query = ''): Promise<AuditRow[]> =>
    (await this.controller.get<{ items: AuditRow[] }>(`audit?order=oldest&limit=1000${query}`)).items;

  /** The rows that some work leaves behind. */
  readonly rowsOf = async (work: () => Promise<unknown>): Promise<AuditRow[]> => {
    const before = (await this.rows()).length;
    await work();
    return (await this.rows()).slice(before);
  };

  readonly idOf = async (path: string): Promise<string> => ((await this.rest('GET', path)) as { id: string }).id;

  readonly firstId = async (path: string): Promise<string> =>
    ((await this.rest('GET', path)) as { items: { id: string }[] }).items[0]!.id;

  /** A join key is `pt1.FINGERPRINT.SECRET`. */
  readonly keepSecret = (key: string): void => {
    this.secrets.push(key, key.split('.').at(-1)!);
  };

  readonly newKey = async (site: string): Promise<string> => {
    const { key } = (await this.rest('POST', 'enrolment-keys', { site })) as { key: string };
    this.keepSecret(key);
    return key;
  };

  /** What stands in the log and must not. */
  readonly leaked = async (): Promise<string[]> => {
    const text = JSON.stringify(await this.rows());
    const known = this.secrets.filter((secret) => text.includes(secret));
    return [...known, ...(text.match(/ptr_|ptl_|pt1\.|argon2|PRIVATE KEY/g) ?? [])];
  };

  stop(): Promise<void> {
    return this.controller.stop();
  }
}

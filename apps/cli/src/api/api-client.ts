import { InvalidInputError, PatronusError, type ErrorCode, type FieldProblem } from '@patronus/core';
import type { Terminal } from '../terminal.ts';
import { controllerAddress, localToken } from './controller-address.ts';
import { LoginStore } from './login-store.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** An export of millions of rows takes minutes; one that takes longer has a reader that does not read. */
const exportTimeoutMs = 30 * 60_000;
/** A controller that has not answered by now will not; a listing of everything takes well under a second. */
const requestTimeoutMs = 30_000;
/** Whoever waits for a browser asks again soon anyway, and wants to be heard by Ctrl-C meanwhile. */
const pollTimeoutMs = 10_000;

interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

interface Sent {
  readonly method: Method;
  readonly path: string;
  readonly query?: Query;
  readonly body: unknown;
  readonly token: string | null;
  readonly timeoutMs?: number;
  readonly version?: number | undefined;
}

interface RequestOptions {
  readonly anonymous?: boolean;
  readonly timeoutMs?: number;
  /** What the caller has read, for `If-Match`. */
  readonly version?: number | undefined;
}

interface TokenPair {
  readonly access_token: string;
  readonly refresh_token: string;
}

export interface ApiFlags {
  readonly url?: string | undefined;
  readonly data?: string | undefined;
}

/** The controller's REST API, as whoever runs this command. Problem documents become {@link PatronusError}s. */
export class ApiClient {
  readonly url: string;
  readonly #logins: LoginStore;
  #token: string | null;
  /** The token came from a sign-in of this user, and so can be renewed. */
  #renewable: boolean;

  constructor(terminal: Terminal, flags: ApiFlags) {
    const address = controllerAddress(terminal, flags);
    this.url = address.url;
    this.#logins = new LoginStore(terminal);
    const told = terminal.env['PATRONUS_TOKEN'] || null;
    const login = told === null ? this.#logins.get(this.url) : null;
    this.#renewable = login !== null;
    this.#token = told ?? login?.accessToken ?? (address.dataDir === null ? null : localToken(address.dataDir));
  }

  /** The bearer token for the next request; null where there is none. */
  get token(): string | null {
    return this.#token;
  }

  /** Waits longer than usual for an answer where `timeoutMs` says so. */
  get<T>(path: string, query: Query = {}, timeoutMs = requestTimeoutMs): Promise<T> {
    return this.#request<T>('GET', path, query, undefined, { timeoutMs });
  }

  post<T>(path: string, body?: unknown): Promise<T> {
    return this.#request<T>('POST', path, {}, body);
  }

  /** The same as nobody, whoever is signed in. */
  postAnonymously<T>(path: string, body: unknown): Promise<T> {
    return this.#request<T>('POST', path, {}, body, { anonymous: true });
  }

  /** Refused with `version_mismatch` when the thing has another version by now than the one given. */
  patch<T>(path: string, body: unknown, version?: number): Promise<T> {
    return this.#request<T>('PATCH', path, {}, body, { version });
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.#request<T>('PUT', path, {}, body);
  }

  /** With a version, the same as {@link patch}. */
  delete<T>(path: string, query: Query = {}, version?: number): Promise<T> {
    return this.#request<T>('DELETE', path, query, undefined, { version });
  }

  /** All items of a list, over as many pages as there are, or up to `limit` of them. */
  async list<T>(path: string, query: Query = {}, limit = Number.POSITIVE_INFINITY): Promise<T[]> {
    const items: T[] = [];
    for await (const page of this.pages<T>(path, query)) {
      items.push(...page);
      if (items.length >= limit) break;
    }
    return items.slice(0, limit);
  }

  /** The same page by page, each asked for when the one before has been used. */
  async *pages<T>(path: string, query: Query = {}): AsyncGenerator<readonly T[]> {
    let cursor: string | undefined;
    do {
      const page: Page<T> = await this.get<Page<T>>(path, { ...query, cursor });
      yield page.items;
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }

  /** An answer of any size as text, some of it at once. */
  async *text(path: string, query: Query = {}): AsyncGenerator<string> {
    const response = await this.#respond('GET', path, query, undefined, { timeoutMs: exportTimeoutMs });
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) yield decoder.decode(chunk as Uint8Array, { stream: true });
  }

  /** Errors: `mfa_required` where a code is needed as well. */
  async signIn(credentials: { username: string; password: string; code?: string | undefined }): Promise<void> {
    const pair = await this.#request<TokenPair>('POST', '/auth/login', {}, credentials, { anonymous: true });
    this.#keep(credentials.username, pair);
  }

  /**
   * Signs in by a browser that has approved it (RFC 8628); answers as whom. Errors: `authorization_pending`, `slow_down`,
   * `access_denied`, `expired_token`.
   */
  async collectSignIn(deviceCode: string): Promise<string> {
    const body = { device_code: deviceCode };
    const options = { anonymous: true, timeoutMs: pollTimeoutMs };
    const pair = await this.#request<TokenPair>('POST', '/auth/device/token', {}, body, options);
    // They are told once; whose they are can be asked again.
    this.#keep('', pair);
    const { username } = await this.get<{ readonly username: string }>('/account');
    this.#keep(username, pair);
    return username;
  }

  /** Sets this user's own password; what they were signed in with before ends. Errors: `unauthenticated` without a sign-in. */
  async changePassword(current: string, chosen: string): Promise<void> {
    const login = this.#logins.get(this.url);
    const pair = await this.put<TokenPair>('/account/password', { current_password: current, new_password: chosen });
    if (login !== null) this.#keep(login.username, pair);
  }

  /** Revokes and forgets this user's sign-in; false when there was none. */
  async signOut(): Promise<boolean> {
    const login = this.#logins.get(this.url);
    if (login === null) return false;
    this.#logins.delete(this.url);
    await this.#request('POST', '/auth/logout', {}, { refresh_token: login.refreshToken });
    return true;
  }

  async #request<T>(method: Method, path: string, query: Query, body?: unknown, options?: RequestOptions): Promise<T> {
    const response = await this.#respond(method, path, query, body, options);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  async #respond(
    method: Method,
    path: string,
    query: Query,
    body?: unknown,
    { anonymous = false, timeoutMs = requestTimeoutMs, version }: RequestOptions = {},
  ): Promise<Response> {
    const token = () => (anonymous ? null : this.#token);
    const send = () => this.#send({ method, path, query, body, token: token(), timeoutMs, version });
    let response = await send();
    if (response.status === 401 && !anonymous && (await this.#renew())) response = await send();
    if (!response.ok) throw await problemOf(response, anonymous ? '' : signInRemedy);
    return response;
  }

  async #send({
    method,
    path,
    query = {},
    body,
    token,
    timeoutMs = requestTimeoutMs,
    version,
  }: Sent): Promise<Response> {
    const url = new URL(`/api/v1${path}`, this.url);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'patronus-cli' };
    if (token !== null) headers['authorization'] = `Bearer ${token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (version !== undefined) headers['if-match'] = `"${version}"`;
    const request = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    try {
      return await fetch(url, { ...request, signal: AbortSignal.timeout(timeoutMs) });
    } catch (cause) {
      throw unreachable(this.url, timeoutMs, cause);
    }
  }

  async #renew(): Promise<boolean> {
    const login = this.#renewable ? this.#logins.get(this.url) : null;
    if (login === null) return false;
    this.#renewable = false;
    const response = await this.#send({
      method: 'POST',
      path: '/auth/refresh',
      body: { refresh_token: login.refreshToken },
      token: null,
    });
    if (!response.ok) {
      this.#logins.delete(this.url);
      throw new PatronusError('unauthenticated', 'your sign-in has ended; run "patronus login" again');
    }
    this.#keep(login.username, (await response.json()) as TokenPair);
    return true;
  }

  #keep(username: string, pair: TokenPair): void {
    this.#logins.set(this.url, { username, accessToken: pair.access_token, refreshToken: pair.refresh_token });
    this.#token = pair.access_token;
  }
}

function unreachable(url: string, timeoutMs: number, cause: unknown): PatronusError {
  if (cause instanceof Error && cause.name === 'TimeoutError') {
    return new PatronusError('timeout', `the controller at ${url} did not answer within ${timeoutMs / 1000} s`, {
      cause,
    });
  }
  return new PatronusError(
    'unreachable',
    `no controller at ${url}; start one with "npm start", or name another with --url or PATRONUS_URL`,
    { cause },
  );
}

/** What RFC 9457 problem documents carry here. */
interface Problem {
  readonly code?: ErrorCode;
  readonly title?: string;
  readonly detail?: string;
  readonly problems?: readonly FieldProblem[];
}

const signInRemedy = '; sign in with "patronus login" or set PATRONUS_TOKEN';

async function problemOf(response: Response, remedy: string): Promise<PatronusError> {
  const problem = (await response.json().catch(() => ({}))) as Problem;
  if (problem.problems !== undefined && problem.problems.length > 0) return new InvalidInputError(problem.problems);
  const told = problem.detail ?? problem.title ?? `the controller answered ${response.status} ${response.statusText}`;
  if (response.status === 401 && problem.code !== 'mfa_required') {
    return new PatronusError('unauthenticated', `${told}${remedy}`);
  }
  return new PatronusError(problem.code ?? 'internal', told, { facts: { status: response.status } });
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PatronusError, type ErrorCode } from '@patronus/core';

const requestDeadlineMs = 10_000;
const pageSize = 200;

/** What a running controller writes into its data directory. */
export interface ControllerFile {
  readonly pid: number;
  readonly http_url: string;
  readonly edge_url: string;
  readonly edge_socket: string;
}

/** What `controller.json` says; null where no controller left one. The process may be gone. */
export function readControllerFile(dataDir: string): ControllerFile | null {
  try {
    return JSON.parse(readFileSync(join(dataDir, 'controller.json'), 'utf8')) as ControllerFile;
  } catch {
    return null;
  }
}

/** The controller's REST API, as the administrator that the local token makes us. */
export class ControllerApi {
  readonly httpUrl: string;
  readonly #base: string;
  readonly #dataDir: string;

  constructor(dataDir: string, httpUrl: string) {
    this.httpUrl = httpUrl;
    this.#dataDir = dataDir;
    this.#base = `${httpUrl.replace(/\/$/, '')}/api/v1`;
  }

  /** Whether it serves and its parts are ready. */
  async ready(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.#base}/health/ready`, { signal: AbortSignal.timeout(requestDeadlineMs) });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false;
    }
  }

  /** All items of a list, whatever its pages. */
  async list<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const query = new URLSearchParams({ limit: String(pageSize), ...(cursor === null ? {} : { cursor }) });
      const page: { items: T[]; next_cursor: string | null } = await this.request('GET', `${path}?${query.toString()}`);
      items.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor !== null);
    return items;
  }

  /**
   * One request with a JSON body and answer.
   * @throws PatronusError with the code and message of the controller's problem document.
   */
  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const url = `${this.#base}${path}`;
    const answer = await this.#fetch(method, url, body);
    const text = await answer.text();
    if (!answer.ok) throw problem(`${method} ${url}`, answer.status, text);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async #fetch(method: string, url: string, body: unknown): Promise<Response> {
    try {
      return await fetch(url, {
        method,
        signal: AbortSignal.timeout(requestDeadlineMs),
        headers: {
          authorization: `Bearer ${readFileSync(join(this.#dataDir, 'local-token'), 'utf8').trim()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw new PatronusError('unreachable', `the controller does not answer at ${url}: ${messageOf(cause)}`, {
        cause,
      });
    }
  }
}

function problem(what: string, status: number, text: string): PatronusError {
  try {
    const { code, detail, title, problems } = JSON.parse(text) as {
      code?: ErrorCode;
      detail?: string;
      title?: string;
      problems?: { field: string; problem: string }[];
    };
    const fields = problems?.map((entry) => `${entry.field}: ${entry.problem}`).join('; ');
    return new PatronusError(code ?? 'internal', `${what} was refused: ${fields || detail || title || status}`);
  } catch {
    return new PatronusError('internal', `${what} was answered ${status}: ${text.slice(0, 200)}`);
  }
}

import { readFileSync } from 'node:fs';
import type { Store } from '../database/store.ts';

/** A controller of the cluster, as the API shows it. Times are unix ms. */
export interface NodeView {
  readonly id: string;
  readonly version: string;
  /** `leader`: it does what only one may do, such as upkeep. */
  readonly role: 'leader';
  readonly database: 'sqlite' | 'postgres';
  readonly startedAt: number;
  readonly uptimeSeconds: number;
  /** Whether it is the one that answers. */
  readonly current: boolean;
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The controllers that serve this network: one, which holds its database for itself. */
export class NodeService {
  readonly #store: Store;
  readonly #id: string;
  readonly #database: NodeView['database'];
  readonly #startedAt: number;

  constructor(store: Store, id: string, database: NodeView['database']) {
    this.#store = store;
    this.#id = id;
    this.#database = database;
    this.#startedAt = store.wallMs;
  }

  list(): NodeView[] {
    const uptimeMs = Math.max(0, this.#store.wallMs - this.#startedAt);
    return [
      {
        id: this.#id,
        version,
        role: 'leader',
        database: this.#database,
        startedAt: this.#startedAt,
        uptimeSeconds: Math.floor(uptimeMs / 1_000),
        current: true,
      },
    ];
  }
}

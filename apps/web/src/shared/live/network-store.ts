import type { Client as LiveClient } from 'graphql-ws';
import { stringifyDocument, type Client } from 'urql';
import { errorOfGraphql } from '../api/api-error.ts';
import type { ConnectionStatus } from '../api/connection.ts';
import {
  eventsSubscription,
  morePathsQuery,
  pathsSubscription,
  sitesQuery,
  snapshotQuery,
  type NetworkEvent,
  type Path,
  type Site,
} from './network-documents.ts';
import { applyChanges, emptyNetwork, isNews, type Change, type NetworkState } from './network-state.ts';

/** Whether a site's edge is on the line changes without an event that names the configuration; this often it is asked for. */
const pollMs = 5000;
/** Events that come together, as after a failover, lead to one question. */
const settleMs = 150;
/** Between two redraws, so that thousands of reports a second leave most of the time to the reader. */
const leastBetweenFramesMs = 100;
/** The same where a path comes or goes, which is what a reader waits for. */
const leastBeforeNewsMs = 30;

/** The network as the controller tells it: one copy for all pages, kept current until the page is closed. */
export class NetworkStore {
  readonly #client: Client;
  readonly #listeners = new Set<() => void>();
  readonly #changeListeners = new Set<() => void>();
  readonly #queue: Change[] = [];
  #state: NetworkState = emptyNetwork(Date.now());
  /** When the next redraw is due, by the clock of the page; null while none is. */
  #dueAt: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #shownAt = 0;
  #asking: Promise<void> | null = null;
  #settling: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client, live: LiveClient) {
    this.#client = client;
    this.#listen<{ events: NetworkEvent }>(live, stringifyDocument(eventsSubscription), ({ events }) => {
      this.#change({ type: 'event', at: Date.now(), event: events });
      clearTimeout(this.#settling);
      this.#settling = setTimeout(() => this.refresh(), settleMs);
    });
    this.#listen<{ pathReports: Path[] }>(live, stringifyDocument(pathsSubscription), ({ pathReports }) =>
      this.#change({ type: 'paths', at: Date.now(), paths: pathReports }),
    );
    setInterval(() => void this.#askSites(), pollMs);
  }

  readonly state = (): NetworkState => this.#state;

  /** Calls back after changes, at most once in a while; answers with what ends it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Calls back when something other than measurements may have changed: time to ask again. */
  onChanged(listener: () => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  /** Asks for everything anew, and lets pages ask for theirs. */
  refresh(): void {
    this.#asking ??= this.#askAll().finally(() => (this.#asking = null));
    for (const listener of this.#changeListeners) listener();
  }

  /** Tells how the connection is; with a new one, everything is asked for. */
  connection(status: ConnectionStatus): void {
    this.#change({ type: 'connection', at: Date.now(), status });
    if (status === 'connected') this.refresh();
  }

  async #askAll(): Promise<void> {
    const { data, error } = await this.#client.query(snapshotQuery, {}, network).toPromise();
    if (data === undefined || error !== undefined) return this.#noteProblem(error);
    const paths = [...data.pathsPage.items] as Path[];
    let cursor = data.pathsPage.next_cursor;
    while (cursor !== null) {
      const more = await this.#client.query(morePathsQuery, { cursor }, network).toPromise();
      if (more.data === undefined) return this.#noteProblem(more.error);
      paths.push(...(more.data.pathsPage.items as Path[]));
      cursor = more.data.pathsPage.next_cursor;
    }
    const snapshot = { sites: data.sites as Site[], paths, events: data.events as NetworkEvent[] };
    this.#change({ type: 'snapshot', at: Date.now(), snapshot });
  }

  async #askSites(): Promise<void> {
    if (this.#asking !== null || document.hidden) return;
    const { data, error } = await this.#client.query(sitesQuery, {}, network).toPromise();
    if (data === undefined || error !== undefined) return this.#noteProblem(error);
    this.#change({ type: 'sites', at: Date.now(), sites: data.sites as Site[] });
  }

  #noteProblem(error: Parameters<typeof errorOfGraphql>[0] | undefined): void {
    const problem = error === undefined ? 'no answer' : errorOfGraphql(error).message;
    this.#change({ type: 'problem', problem });
  }

  #listen<Data>(live: LiveClient, query: string, onData: (data: Data) => void): void {
    const again = (): void => {
      setTimeout(() => this.#listen(live, query, onData), pollMs);
    };
    live.subscribe<Data>(
      { query },
      {
        next: ({ data }) => {
          if (data !== undefined && data !== null) onData(data);
        },
        error: again,
        complete: again,
      },
    );
  }

  #change(change: Change): void {
    this.#queue.push(change);
    const dueAt = this.#shownAt + (isNews(this.#state, change) ? leastBeforeNewsMs : leastBetweenFramesMs);
    if (this.#dueAt !== null && this.#dueAt <= dueAt) return;
    this.#dueAt = dueAt;
    clearTimeout(this.#timer);
    const wait = Math.max(0, dueAt - performance.now());
    this.#timer = setTimeout(() => this.#afterFrame(() => this.#show()), wait);
  }

  /** A hidden page has no frames, and shall still know of events. */
  #afterFrame(work: () => void): void {
    if (document.hidden) work();
    else requestAnimationFrame(work);
  }

  #show(): void {
    this.#dueAt = null;
    this.#shownAt = performance.now();
    const changes = this.#queue.splice(0);
    const next = applyChanges(this.#state, changes);
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}

const network = { requestPolicy: 'network-only' } as const;

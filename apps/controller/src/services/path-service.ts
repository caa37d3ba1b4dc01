import { isInForce, pathId, type EndpointId, type PathHealth, type PathOverride, type Timers } from '@patronus/core';
import type { CopyCounts } from '@patronus/protocol';
import { LatestBroadcast } from '../database/latest-broadcast.ts';
import type { Store } from '../database/store.ts';
import { pathRepository, type PathRow } from '../repositories/path-repository.ts';
import { siteRepository } from '../repositories/site-repository.ts';
import { failedDirection, type FailedDirection } from './failed-direction.ts';
import { found } from './found.ts';
import { copiesIn } from './path-copies.ts';

/** An edge reports every second or so; one that was silent this long has been cut off, and its figures are of the past. */
const staleAfterMs = 10_000;

/** What keeps traffic off a path. */
export interface PathOverrideView extends PathOverride {
  readonly since: number;
}

/** A directed path as the API shows it: figures of the forward direction in ms and percent, null where not measured. */
export interface PathView {
  readonly id: string;
  readonly sourceEndpointId: string;
  readonly destEndpointId: string;
  readonly sourceSite: string;
  readonly destSite: string;
  readonly sourceLabel: string;
  readonly destLabel: string;
  readonly latency: number | null;
  readonly jitter: number | null;
  readonly loss: number | null;
  readonly rtt: number | null;
  readonly mos: number | null;
  readonly reverseLatency: number | null;
  readonly reverseJitter: number | null;
  readonly reverseLoss: number | null;
  readonly reorderingPercent: number | null;
  readonly duplicationPercent: number | null;
  /** What became of the packets that policies duplicate; null where none were. */
  readonly copies: CopyCounts | null;
  readonly bandwidth: number | null;
  readonly healthStatus: PathHealth;
  /** Which way nothing passes, by what both ends tell; null where it is not down, and where that is not known. */
  readonly failedDirection: FailedDirection | null;
  readonly since: number | null;
  readonly reportedAt: number | null;
  /** The edge has not reported for a while: the figures are of the past and the health is unknown. */
  readonly stale: boolean;
  /** Null while traffic may use it. */
  readonly override: PathOverrideView | null;
}

export interface PathQuery {
  readonly sourceSite?: string | undefined;
  readonly destSite?: string | undefined;
  readonly label?: string | undefined;
}

/** What decides which paths are loaded, of a request in the API's words. */
export const pathQuery = (request: Readonly<Record<string, unknown>>): PathQuery => ({
  sourceSite: request['source_site'] as string | undefined,
  destSite: request['dest_site'] as string | undefined,
  label: request['label'] as string | undefined,
});

/** Paths as they were last reported. */
export class PathService {
  /** Paths again, each time their edge reported them. */
  readonly published: LatestBroadcast<PathView>;
  readonly #store: Store;

  constructor(store: Store, timers: Timers) {
    this.#store = store;
    this.published = new LatestBroadcast(({ id }) => id, timers);
  }

  /** Sites by name or id. Errors: `not_found` for a site that is not there. */
  async list(query: PathQuery = {}): Promise<PathView[]> {
    const [sourceSiteId, destSiteId] = [await this.#siteId(query.sourceSite), await this.#siteId(query.destSite)];
    const rows = await pathRepository.list(this.#store.db, { sourceSiteId, destSiteId, label: query.label });
    return this.#views(rows);
  }

  async get(id: string): Promise<PathView> {
    const row = found(await pathRepository.find(this.#store.db, id), 'path', id);
    return (await this.#views([row]))[0]!;
  }

  /** Tells all who listen how these paths are now. */
  async publishReported(pathIds: readonly string[]): Promise<void> {
    if (this.published.readerCount === 0 || pathIds.length === 0) return;
    const rows = await pathRepository.list(this.#store.db, { pathIds });
    this.published.publish(await this.#views(rows));
  }

  async #views(rows: readonly PathRow[]): Promise<PathView[]> {
    const { db, wallMs } = this.#store;
    const views = rows.map((row) => pathView(row, wallMs));
    const down = views.filter(({ healthStatus }) => healthStatus === 'down');
    if (down.length === 0) return views;
    const back = await pathRepository.list(db, { pathIds: down.map(wayBack) });
    const backViews = new Map(back.map((row) => [row.path_id, pathView(row, wallMs)]));
    return views.map((view) => ({ ...view, failedDirection: failedDirection(view, backViews.get(wayBack(view))) }));
  }

  async #siteId(idOrName: string | undefined): Promise<string | undefined> {
    if (idOrName === undefined) return undefined;
    return found(await siteRepository.find(this.#store.db, idOrName), 'site', idOrName).site_id;
  }
}

function pathView(row: PathRow, nowMs: number): PathView {
  const isStale = row.reported_at === null || nowMs - row.reported_at > staleAfterMs;
  return {
    id: row.path_id,
    sourceEndpointId: row.source_endpoint_id,
    destEndpointId: row.dest_endpoint_id,
    sourceSite: row.source_site,
    destSite: row.dest_site,
    sourceLabel: row.source_label,
    destLabel: row.dest_label,
    latency: row.latency,
    jitter: row.jitter,
    loss: row.loss,
    rtt: row.rtt,
    mos: row.mos,
    reverseLatency: row.reverse_latency,
    reverseJitter: row.reverse_jitter,
    reverseLoss: row.reverse_loss,
    reorderingPercent: row.reordering_percent,
    duplicationPercent: row.duplication_percent,
    copies: copiesIn(row.copies),
    bandwidth: row.bandwidth,
    healthStatus: isStale ? 'unknown' : (row.health_status as PathHealth),
    failedDirection: null,
    since: row.since,
    reportedAt: row.reported_at,
    stale: isStale,
    override: overrideView(row, nowMs),
  };
}

function overrideView(row: PathRow, nowMs: number): PathOverrideView | null {
  const { override_reason: reason, override_by: by, override_since: since, override_expires_at: expiresAt } = row;
  if (reason === null || by === null || since === null) return null;
  const override = { reason, by, since, expiresAt };
  return isInForce(override, nowMs) ? override : null;
}

const wayBack = ({ sourceEndpointId, destEndpointId }: PathView): string =>
  pathId(destEndpointId as EndpointId, sourceEndpointId as EndpointId);

import { Cache, InvalidInputError } from '@patronus/core';
import type { Store } from '../database/store.ts';
import { bucketMs, metricRepository, type MetricPoint } from '../repositories/metric-repository.ts';
import { pathRepository } from '../repositories/path-repository.ts';
import { settingRepository } from '../repositories/setting-repository.ts';
import type { CacheView } from './cache-service.ts';
import { found } from './found.ts';
import { slaCountedToKey } from './sla-service.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How long each resolution is kept: raw for what just happened, minutes for yesterday; hours as the settings say. */
const retentionMs = { raw: hourMs, minute: 2 * dayMs } as const;

/** Rows rolled up in one transaction: a few tens of milliseconds, so that writers do not wait for a backlog. */
const rollUpBatch = 20_000;
const rolledUpToKey = 'metrics_rolled_up_to';

/** More points than a plot has pixels; a longer range needs a longer step. */
const maxPoints = 5_000;
const defaultPoints = 300;

/** Answers are kept so long at most; a report of the path's edge ends it sooner. */
const cacheTtlMs = 60_000;
/** With {@link maxCachedPoints} this bounds the memory that they take to some 10 MB. */
const maxCached = 100;
const maxCachedPoints = 500;

export interface MetricQuery {
  /** Unix ms; default an hour before `to`. */
  readonly from?: number | undefined;
  /** Unix ms; default now. */
  readonly to?: number | undefined;
  /** Width of a point, ms; default what makes some 300 points. */
  readonly step?: number | undefined;
}

/** History of path metrics. */
export class MetricService {
  readonly #store: Store;
  readonly #keptMs: number;
  readonly #cache: Cache<string, MetricPoint[]>;
  /** Keys of the cache, by path. */
  readonly #keys = new Map<string, Set<string>>();

  /** `keepDays` is how long hourly figures are kept. */
  constructor(store: Store, keepDays: number) {
    this.#store = store;
    this.#keptMs = keepDays * dayMs;
    const clock = { now: () => store.wallMs, wall: () => store.wallMs };
    this.#cache = new Cache({ ttlMs: cacheTtlMs, maxEntries: maxCached, clock });
  }

  /**
   * Means over each step of the range, of the finest resolution that reaches back far enough and is not finer than needed.
   * Errors: `not_found`, `invalid_input` for an empty range or too many points.
   */
  async read(pathId: string, query: MetricQuery): Promise<MetricPoint[]> {
    const path = await pathRepository.find(this.#store.db, pathId);
    found(path, 'path', pathId);
    const now = this.#store.wallMs;
    const to = query.to ?? now;
    const from = query.from ?? to - hourMs;
    const stepMs = query.step ?? Math.max(1_000, Math.ceil((to - from) / defaultPoints / 1_000) * 1_000);
    checkRange(from, to, stepMs);
    const make = () => this.#read(pathId, { from, to, stepMs }, now);
    if ((to - from) / stepMs > maxCachedPoints) return make();
    const key = [pathId, query.from, query.to, query.step].join(' ');
    this.#remember(pathId, key);
    return this.#cache.getOrMake(key, make);
  }

  /** To be called when these paths were reported: whoever asks from now on gets an answer from the tables. */
  forget(pathIds: readonly string[]): void {
    for (const pathId of pathIds) {
      for (const key of this.#keys.get(pathId) ?? []) this.#cache.remove(key);
      this.#keys.delete(pathId);
    }
  }

  cacheView(): CacheView {
    return { name: 'metrics', ttlMs: cacheTtlMs, maxEntries: maxCached, ...this.#cache.stats() };
  }

  /** Answers how many answers were kept. */
  clearCache(): number {
    this.#keys.clear();
    return this.#cache.clear();
  }

  #remember(pathId: string, key: string): void {
    const keys = this.#keys.get(pathId) ?? new Set();
    if (keys.size >= maxCached) this.forget([pathId]);
    this.#keys.set(pathId, keys.add(key));
  }

  #read(
    pathId: string,
    { from, to, stepMs }: { from: number; to: number; stepMs: number },
    now: number,
  ): Promise<MetricPoint[]> {
    if (from >= now - retentionMs.raw) return metricRepository.readRaw(this.#store.db, { pathId, from, to, stepMs });
    const resolution = from >= now - retentionMs.minute && stepMs < hourMs ? 'minute' : 'hour';
    const width = bucketMs[resolution];
    const wholeSteps = Math.max(1, Math.round(stepMs / width)) * width;
    return metricRepository.readRolled(this.#store.db, resolution, { pathId, from, to, stepMs: wholeSteps });
  }

  /**
   * Adds new raw rows to their minutes and hours and drops what is too old. How far it came is stored with it, so that a row
   * counts once whatever is killed when, and rows that arrive late count as well.
   */
  async maintain(): Promise<void> {
    while (await this.#rollUpSome());
    await this.#store.change(async ({ db, at }) => {
      const rolledUp = Number((await settingRepository.get(db, rolledUpToKey)) ?? 0);
      const counted = Number((await settingRepository.get(db, slaCountedToKey)) ?? rolledUp);
      const upTo = Math.min(rolledUp, counted);
      await metricRepository.pruneRaw(db, at - retentionMs.raw, upTo);
      await metricRepository.pruneRolled(db, 'minute', at - retentionMs.minute);
      await metricRepository.pruneRolled(db, 'hour', at - this.#keptMs);
    });
  }

  /** Answers whether there is more. */
  #rollUpSome(): Promise<boolean> {
    return this.#store.change(async ({ db }) => {
      const after = Number((await settingRepository.get(db, rolledUpToKey)) ?? 0);
      const highest = await metricRepository.highestRawId(db);
      const upTo = Math.min(highest, after + rollUpBatch);
      if (upTo <= after) return false;
      await metricRepository.rollUp(db, 'minute', after, upTo);
      await metricRepository.rollUp(db, 'hour', after, upTo);
      await settingRepository.set(db, rolledUpToKey, String(upTo));
      return upTo < highest;
    });
  }
}

function checkRange(from: number, to: number, stepMs: number): void {
  if (from >= to) {
    throw new InvalidInputError([{ field: 'from', problem: 'is not before "to"', remedy: 'use unix milliseconds' }]);
  }
  if ((to - from) / stepMs <= maxPoints) return;
  const remedy = `use ${Math.ceil((to - from) / maxPoints)} or more, or a shorter range`;
  throw new InvalidInputError([{ field: 'step', problem: `would make more than ${maxPoints} points`, remedy }]);
}

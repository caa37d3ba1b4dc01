import type { CacheStats } from '@patronus/core';
import type { Actor } from '../audit/index.ts';
import type { DecisionService } from './decision-service.ts';
import type { DocumentService } from './document-service.ts';
import type { MetricService } from './metric-service.ts';

/** A cache and how it did since the start. */
export interface CacheView extends CacheStats {
  readonly name: string;
  readonly ttlMs: number;
  readonly maxEntries: number;
}

/** Answers that are kept for a while, so that many who ask the same cost as one. */
export class CacheService {
  readonly #metrics: MetricService;
  readonly #decisions: DecisionService;
  readonly #documents: DocumentService;

  constructor(parts: { metrics: MetricService; decisions: DecisionService; documents: DocumentService }) {
    this.#metrics = parts.metrics;
    this.#decisions = parts.decisions;
    this.#documents = parts.documents;
  }

  list(): CacheView[] {
    return [this.#metrics.cacheView(), this.#decisions.cacheView()];
  }

  /** Forgets everything that is kept, and compiles the documents of sites anew. */
  async clear(by: Actor): Promise<{ message: string; clearedEntries: number }> {
    const documents = await this.#documents.recompile(by);
    const clearedEntries = documents + this.#metrics.clearCache() + this.#decisions.clearCache();
    return {
      message: `${clearedEntries} entries were cleared; the documents of sites were made anew`,
      clearedEntries,
    };
  }
}

import type { CacheStats } from '@patronus/core';
import type { Actor } from '../audit/index.ts';
import type { DocumentService } from './document-service.ts';

/** A cache and how it did since the start. */
export interface CacheView extends CacheStats {
  readonly name: string;
  readonly ttlMs: number;
  readonly maxEntries: number;
}

/** Something that keeps answers. */
export interface KeptThings {
  cacheView(): CacheView;
  /** Answers how many were kept. */
  clearCache(): number;
}

/** Answers that are kept for a while, so that many who ask the same cost as one. */
export class CacheService {
  readonly #kept: readonly KeptThings[];
  readonly #documents: DocumentService;

  constructor(documents: DocumentService, kept: readonly KeptThings[]) {
    this.#documents = documents;
    this.#kept = kept;
  }

  list(): CacheView[] {
    return this.#kept.map((each) => each.cacheView());
  }

  /** Forgets everything that is kept, and compiles the documents of sites anew. */
  async clear(by: Actor): Promise<{ message: string; clearedEntries: number }> {
    const documents = await this.#documents.recompile(by);
    const clearedEntries = this.#kept.reduce((sum, each) => sum + each.clearCache(), documents);
    return {
      message: `${clearedEntries} entries were cleared; the documents of sites were made anew`,
      clearedEntries,
    };
  }
}

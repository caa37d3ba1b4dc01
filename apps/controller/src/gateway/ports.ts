import type { SiteDocument } from '@patronus/protocol';

/** What the gateway asks of the documents: which one a site shall have, and what became of it. */
export interface SiteDocuments {
  /** The newest document of a site, or null while there is none. */
  current(siteId: string): SiteDocument | null;
  /** Calls back whenever a site's document was replaced; answers how to stop. */
  onReplaced(listener: (siteId: string, document: SiteDocument) => void): () => void;
  applied(siteId: string, version: string, applyMs: number | null): Promise<void>;
  rejected(siteId: string, version: string, reason: string, restored: string | null): Promise<void>;
}

import type { PatronusError } from '@patronus/core';
import type { ControllerMessage, SiteDocument } from '@patronus/protocol';
import type { EdgeRow } from '../repositories/index.ts';

/** A live connection to an edge, as others may use it. */
export interface EdgeLink {
  send(message: ControllerMessage): void;
  sendDocument(document: SiteDocument): void;
  refuse(error: PatronusError): void;
}

/** The connections that are open, one per edge. */
export class EdgeLinks {
  readonly #links = new Map<string, { readonly siteId: string; readonly link: EdgeLink }>();

  /** Adds a connection; answers the one it takes the place of, or null. */
  add(edge: EdgeRow, link: EdgeLink): EdgeLink | null {
    const previous = this.#links.get(edge.edge_id)?.link ?? null;
    this.#links.set(edge.edge_id, { siteId: edge.site_id, link });
    return previous;
  }

  /** Forgets a connection; false when another has taken its place. */
  remove(edge: EdgeRow, link: EdgeLink): boolean {
    if (this.#links.get(edge.edge_id)?.link !== link) return false;
    return this.#links.delete(edge.edge_id);
  }

  ofEdge(edgeId: string): EdgeLink | undefined {
    return this.#links.get(edgeId)?.link;
  }

  ofSite(siteId: string): EdgeLink[] {
    return [...this.#links.values()].filter((each) => each.siteId === siteId).map((each) => each.link);
  }
}

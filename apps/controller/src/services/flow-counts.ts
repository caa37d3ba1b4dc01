import type { PolicyFlows } from '@patronus/protocol';

/** Edges tell every ten seconds; what one has not told for this long is of the past. */
const goodForMs = 30_000;

/** Flows of policies, as each edge last told them. */
export class FlowCounts {
  readonly #edges = new Map<string, { readonly at: number; readonly flows: readonly PolicyFlows[] }>();

  /** In place of what the edge told before; unix ms. */
  set(edgeId: string, at: number, flows: readonly PolicyFlows[]): void {
    this.#edges.set(edgeId, { at, flows });
  }

  /** By policy; null where no edge has told lately. A policy that is missing has no flows. */
  sum(now: number): Map<number, number> | null {
    for (const [edgeId, { at }] of this.#edges) if (now - at > goodForMs) this.#edges.delete(edgeId);
    if (this.#edges.size === 0) return null;
    const sums = new Map<number, number>();
    for (const { flows } of this.#edges.values()) {
      for (const { policyId, flows: count } of flows) sums.set(policyId, (sums.get(policyId) ?? 0) + count);
    }
    return sums;
  }
}

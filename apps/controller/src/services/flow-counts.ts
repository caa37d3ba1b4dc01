/** Edges tell every ten seconds; what one has not told for this long is of the past. */
const goodForMs = 30_000;

/** Flows of policies or of applications, as each edge last told them. */
export class FlowCounts<K> {
  readonly #edges = new Map<string, { readonly at: number; readonly flows: readonly (readonly [K, number])[] }>();

  /** In place of what the edge told before; unix ms. */
  set(edgeId: string, at: number, flows: readonly (readonly [K, number])[]): void {
    this.#edges.set(edgeId, { at, flows });
  }

  /** Null where no edge has told lately. What is missing has no flows. */
  sum(now: number): Map<K, number> | null {
    for (const [edgeId, { at }] of this.#edges) if (now - at > goodForMs) this.#edges.delete(edgeId);
    if (this.#edges.size === 0) return null;
    const sums = new Map<K, number>();
    for (const { flows } of this.#edges.values()) {
      for (const [key, count] of flows) sums.set(key, (sums.get(key) ?? 0) + count);
    }
    return sums;
  }
}

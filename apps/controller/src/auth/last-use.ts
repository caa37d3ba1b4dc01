/** Finer would be a write to the disk for every request. */
const precisionMs = 60_000;
/** Things whose last use is remembered; forgetting one costs a write. */
const maxRemembered = 10_000;

/** Decides when it is worth writing down that something was used, at most once a minute for each. */
export class LastUse {
  readonly #noted = new Map<string, number>();

  /** Whether a use now is to be written down; `written` is what the database says. Times are unix ms. */
  isDue(id: string, written: number | null, now: number): boolean {
    if (now - Math.max(written ?? 0, this.#noted.get(id) ?? 0) < precisionMs) return false;
    if (this.#noted.size >= maxRemembered) this.#noted.clear();
    this.#noted.set(id, now);
    return true;
  }
}

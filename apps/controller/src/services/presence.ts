/** Which sites have their edge on the line now; the gateway knows, others ask. */
export class Presence {
  readonly #online = new Set<string>();

  isOnline(siteId: string): boolean {
    return this.#online.has(siteId);
  }

  set(siteId: string, online: boolean): void {
    if (online) this.#online.add(siteId);
    else this.#online.delete(siteId);
  }
}

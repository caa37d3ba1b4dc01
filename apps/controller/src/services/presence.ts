/** Which sites have their edge on the line now; the gateway knows, others ask. */
export class Presence {
  readonly #online = new Set<string>();
  #version = 0;

  /** Another number after every change. */
  get version(): number {
    return this.#version;
  }

  isOnline(siteId: string): boolean {
    return this.#online.has(siteId);
  }

  set(siteId: string, online: boolean): void {
    if (online) this.#online.add(siteId);
    else this.#online.delete(siteId);
    this.#version += 1;
  }
}

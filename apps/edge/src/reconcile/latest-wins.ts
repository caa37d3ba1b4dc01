import { PatronusError } from '@patronus/core';

/**
 * Runs one task at a time. Of those that wait only the newest stays; one that it pushes aside is rejected with
 * `conflict`, as its work would be undone at once.
 */
export class LatestWins {
  #running: Promise<unknown> = Promise.resolve();
  #waiting: { start: () => void; giveUp: () => void } | null = null;
  #busy = false;

  run<T>(task: () => Promise<T>): Promise<T> {
    if (!this.#busy) return this.#start(task);
    this.#waiting?.giveUp();
    return new Promise((resolve, reject) => {
      this.#waiting = {
        start: () => void this.#start(task).then(resolve, reject),
        giveUp: () => reject(new PatronusError('conflict', 'superseded by a newer change')),
      };
    });
  }

  /** Settles when nothing runs or waits. */
  async idle(): Promise<void> {
    while (this.#busy) await this.#running;
  }

  #start<T>(task: () => Promise<T>): Promise<T> {
    this.#busy = true;
    const result = task().finally(() => {
      this.#busy = false;
      const next = this.#waiting;
      this.#waiting = null;
      next?.start();
    });
    this.#running = result.catch(() => undefined);
    return result;
  }
}

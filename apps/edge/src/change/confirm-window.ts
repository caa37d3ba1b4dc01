import type { Clock, Timer, Timers } from '@patronus/core';
import type { SiteDocument } from '@patronus/protocol';

/**
 * A controller heard again this soon after a document was given up was out of reach because of the document; one that
 * took longer was away itself. Twice the longest pause between attempts.
 */
const blameMs = 20_000;
/** How long a document to blame is not tried again: each try may cost the site its controller for a whole window. */
const shunMs = 600_000;

interface GivenUp {
  readonly version: string;
  readonly reason: string;
  readonly atMs: number;
}

/** The time an applied document has to be confirmed, and the memory of one that was not. */
export class ConfirmWindow {
  private readonly clock: Clock;
  private readonly timers: Timers;
  private timer: Timer | null = null;
  private givenUp: GivenUp | null = null;

  constructor(clock: Clock, timers: Timers) {
    this.clock = clock;
    this.timers = timers;
  }

  open(document: SiteDocument, ended: () => void): void {
    this.timer = this.timers.after('confirm window', document.confirmWindowMs, ended);
  }

  close(): void {
    this.timer?.cancel();
    this.timer = null;
  }

  giveUp(version: string, reason: string): void {
    this.close();
    this.givenUp = { version, reason, atMs: this.clock.now() };
  }

  reachedController(): void {
    if (this.givenUp !== null && this.clock.now() - this.givenUp.atMs > blameMs) this.givenUp = null;
  }

  /** Why this document is not to be tried again now, or null. */
  blames(version: string): string | null {
    if (this.givenUp?.version !== version || this.clock.now() - this.givenUp.atMs > shunMs) return null;
    return `${this.givenUp.reason}, and it was reached as soon as the document before was restored`;
  }
}

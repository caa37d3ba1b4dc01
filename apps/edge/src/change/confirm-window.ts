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
  /** Whether the controller was heard so soon that the document is to blame; null until it is heard. */
  toBlame: boolean | null;
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
    this.givenUp = { version, reason, atMs: this.clock.now(), toBlame: null };
  }

  /** The controller is heard, or was all the time. */
  reachedController(): void {
    if (this.givenUp !== null) this.givenUp.toBlame ??= this.clock.now() - this.givenUp.atMs <= blameMs;
  }

  /** Why this document is not to be tried again now, or null. */
  blames(version: string): string | null {
    const { givenUp } = this;
    if (givenUp?.version !== version || givenUp.toBlame !== true) return null;
    return this.clock.now() - givenUp.atMs > shunMs ? null : `${givenUp.reason}; it is not tried again so soon`;
  }
}

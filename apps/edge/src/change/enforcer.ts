import { messageOf, type Timer, type Timers } from '@patronus/core';
import type { SiteDocument } from '@patronus/protocol';
import type { EmitEvent } from '../events.ts';
import type { AppliedReport, Reconciler } from '../ports.ts';

/** First pause after the kernel refused what must be in force; doubles up to the cap. */
const retryFirstMs = 2_000;
const retryCapMs = 60_000;

/** Applies what must be in force, and where the kernel refuses asks for another try until it does not. */
export class Enforcer {
  /** What could not be applied yet; null when the kernel is as it should be. */
  required: SiteDocument | null = null;
  private readonly parts: { readonly reconciler: Reconciler; readonly timers: Timers; readonly event: EmitEvent };
  private readonly tryAgain: () => void;
  private retry: Timer | null = null;
  private retryMs = retryFirstMs;

  constructor(parts: Enforcer['parts'], tryAgain: () => void) {
    this.parts = parts;
    this.tryAgain = tryAgain;
  }

  /** What it took, or null where the kernel refused. Of a row of failures only the first becomes an event. */
  async enforce(document: SiteDocument, how: 'adopt' | 'apply'): Promise<AppliedReport | null> {
    this.retry?.cancel();
    try {
      const report = await this.parts.reconciler[how](document);
      this.settled();
      return report;
    } catch (error) {
      if (this.required === null) {
        const text = `The configuration in force could not be applied: ${messageOf(error)}; it is tried again`;
        this.parts.event('edge_error', 'error', text, { version: document.version });
      }
      this.required = document;
      this.retry = this.parts.timers.after('apply retry', this.retryMs, this.tryAgain);
      this.retryMs = Math.min(retryCapMs, this.retryMs * 2);
      return null;
    }
  }

  /** Something is in force: no more tries. */
  settled(): void {
    this.stop();
    this.required = null;
    this.retryMs = retryFirstMs;
  }

  stop(): void {
    this.retry?.cancel();
  }
}

import type { Time } from './time.ts';

/** A place outside that gets events; of webhook, syslog and email it has one. */
export interface EventSink {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly enabled: boolean;
  readonly filter: Readonly<Record<string, readonly string[]>>;
  readonly webhook: { readonly url: string } | null;
  readonly syslog: { readonly url: string } | null;
  readonly email: { readonly url: string; readonly to: readonly string[] } | null;
  readonly queued: number;
  readonly dead: number;
  readonly last_success_at: Time | null;
  readonly last_failure_at: Time | null;
  readonly last_error: string | null;
  /** Only in the answers that make a key. */
  readonly secret?: string | null;
}

export interface SinkTest {
  readonly delivered: boolean;
  readonly duration_ms: number;
  readonly error: string | null;
}

/** An event that was given up. */
export interface DeadLetter {
  readonly id: number;
  readonly event: { readonly timestamp: Time; readonly message: string };
  readonly attempts: number;
  readonly last_error: string | null;
}

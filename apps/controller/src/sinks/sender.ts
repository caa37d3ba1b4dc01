import type { SentEvent } from './enqueue-event.ts';
import type { EmailTarget, SyslogTarget, WebhookTarget } from './sink-input.ts';
import type { Resolved } from './target-policy.ts';

/** A sink, as far as sending asks. */
export interface SinkOf<Target> {
  readonly target: Target;
  /** HMAC key or password; null where there is none. */
  readonly secret: string | null;
}

/** One way to send. It is done when the receiver has taken the events. Errors: `SendError`. */
export interface Sender<Target> {
  /** Events that it may get at once. */
  readonly batch: number;
  send(sink: SinkOf<Target>, events: readonly SentEvent[], to: Resolved, signal: AbortSignal): Promise<void>;
}

export interface Senders {
  readonly webhook: Sender<WebhookTarget>;
  readonly syslog: Sender<SyslogTarget>;
  readonly email: Sender<EmailTarget>;
}

import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { Clock } from '@patronus/core';
import type { SentEvent } from './enqueue-event.ts';
import { connectionError, SendError } from './send-error.ts';
import type { Sender, SinkOf } from './sender.ts';
import type { WebhookTarget } from './sink-input.ts';
import type { Resolved } from './target-policy.ts';
import { webhookSignature } from './webhook-signature.ts';

/** Waits no longer than this, whatever a receiver asks for. */
const maxRetryAfterMs = 3_600_000;
/** Answers of a receiver that is there but busy, beside those over 500; the rest under 500 will not change by waiting. */
const busyStatuses = [408, 425, 429];

/** Posts each event as JSON, signed. Any answer of 200 to 299 takes it; redirects are not followed. */
export class WebhookSender implements Sender<WebhookTarget> {
  readonly batch = 1;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async send(
    sink: SinkOf<WebhookTarget>,
    events: readonly SentEvent[],
    to: Resolved,
    signal: AbortSignal,
  ): Promise<void> {
    for (const event of events) {
      const answer = await this.#post(sink, event, to, signal).catch((thrown: unknown) => {
        throw connectionError(thrown);
      });
      // Nothing of what it says is kept: it might be of a page that nobody else can reach.
      answer.destroy();
      check(answer);
    }
  }

  #post(
    { target, secret }: SinkOf<WebhookTarget>,
    event: SentEvent,
    to: Resolved,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const url = new URL(target.url);
    const body = JSON.stringify({
      type: event.event_type,
      timestamp: new Date(event.timestamp).toISOString(),
      data: event,
    });
    const seconds = Math.floor(this.#clock.wall() / 1_000);
    const headers = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'patronus',
      'webhook-id': event.id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': webhookSignature(secret ?? '', event.id, seconds, body),
    };
    const options = { method: 'POST', headers, signal, lookup: to.lookup, agent: false as const };
    return new Promise((resolve, reject) => {
      const call =
        url.protocol === 'https:'
          ? requestSecure(url, { ...options, ...(target.ca === undefined ? {} : { ca: target.ca }) }, resolve)
          : requestPlain(url, options, resolve);
      call.on('error', reject);
      call.end(body);
    });
  }
}

/** Errors: `SendError` for every answer but success. */
function check({ statusCode: status = 0, headers }: IncomingMessage): void {
  if (status >= 200 && status < 300) return;
  if (status >= 300 && status < 400) {
    throw new SendError(`it answered ${status}, and redirects are not followed`, { isRefusal: true });
  }
  const isRefusal = status < 500 && !busyStatuses.includes(status);
  const seconds = Number(headers['retry-after']);
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1_000, maxRetryAfterMs) : 0;
  throw new SendError(`it answered ${status}`, { isRefusal, retryAfterMs });
}

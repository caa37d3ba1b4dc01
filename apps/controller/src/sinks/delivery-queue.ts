import type { Random, Timer, Timers } from '@patronus/core';
import type { Store } from '../database/store.ts';
import { eventDeliveryRepository, type EventDeliveryRow } from '../repositories/event-delivery-repository.ts';
import { eventSinkRepository, type EventSinkRow } from '../repositories/event-sink-repository.ts';
import { placeOf, type SecretBox } from '../secrets/index.ts';
import { attemptLimitMs, untilAborted } from './attempt-limit.ts';
import type { SentEvent } from './enqueue-event.ts';
import { connectionError, type SendError } from './send-error.ts';
import type { Sender, Senders } from './sender.ts';
import type { SinkKind, SinkTarget } from './sink-input.ts';
import type { TargetPolicy } from './target-policy.ts';

/** Pauses double from the first to the cap: short outages are hardly noticed, long ones cost a try every five minutes. */
const firstPauseMs = 1_000;
const pauseCapMs = 300_000;
/** Long enough for a night and its morning; later, news of yesterday only holds up that of today. */
export const giveUpAfterMs = 24 * 3_600_000;
/** A receiver that works and refuses an event gets it so often, over some two minutes; more would hold up all that follow. */
export const maxRefusals = 8;
/** Retries are looked for so often; what is new starts at once. */
const lookPeriodMs = 1_000;

/** The pause after so many attempts, ms: doubled each time, and half of it random, so that sinks do not keep step. */
export function pauseAfter(attempts: number, random: Random): number {
  const full = Math.min(pauseCapMs, firstPauseMs * 2 ** (attempts - 1));
  return Math.round(full * (0.5 + random.next() / 2));
}

export interface DeliveryQueueParts {
  readonly store: Store;
  readonly secrets: Pick<SecretBox, 'unseal'>;
  readonly senders: Senders;
  readonly policy: TargetPolicy;
  readonly random: Random;
  readonly onFailure: (failure: unknown) => void;
}

/**
 * Sends what waits: for each sink one delivery after the other, in the order of the events, and different sinks at the same
 * time. A delivery leaves the queue when its receiver has taken it, so that after a crash it is sent again.
 */
export class DeliveryQueue {
  readonly #parts: DeliveryQueueParts;
  readonly #running = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  #look: Timer | null = null;

  constructor(parts: DeliveryQueueParts) {
    this.#parts = parts;
  }

  start(timers: Timers): void {
    this.#parts.store.onDeliveryQueued(() => this.wake());
    this.#look = timers.every('deliver events', lookPeriodMs, () => this.wake());
    this.wake();
  }

  /** Ends what is on its way; it is sent again at the next start. */
  async stop(): Promise<void> {
    this.#look?.cancel();
    this.#stop.abort();
    await this.idle();
  }

  /** Starts to send whatever may be sent now. */
  wake(): void {
    if (this.#stop.signal.aborted) return;
    void this.#startDue().catch(this.#parts.onFailure);
  }

  /** Settles when nothing is being sent. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  async #startDue(): Promise<void> {
    const { store, onFailure } = this.#parts;
    for (const sinkId of await eventDeliveryRepository.listDue(store.db, store.wallMs)) {
      if (this.#running.has(sinkId) || this.#stop.signal.aborted) continue;
      const run = this.#drain(sinkId)
        .catch(onFailure)
        .finally(() => this.#running.delete(sinkId));
      this.#running.set(sinkId, run);
    }
  }

  async #drain(sinkId: string): Promise<void> {
    const { store, senders } = this.#parts;
    while (!this.#stop.signal.aborted) {
      const sink = await eventSinkRepository.find(store.db, sinkId);
      if (sink === undefined || sink.enabled === 0) return;
      const { batch } = senders[sink.kind as SinkKind];
      const waiting = await eventDeliveryRepository.listWaiting(store.db, sinkId, batch);
      const first = waiting[0];
      if (first === undefined || first.next_attempt_at > store.wallMs) return;
      const error = await this.#attempt(sink, waiting);
      if (error === null) await this.#delivered(sink, waiting);
      else if (!this.#stop.signal.aborted) await this.#failed(sink, waiting, error);
    }
  }

  async #attempt(sink: EventSinkRow, deliveries: readonly EventDeliveryRow[]): Promise<SendError | null> {
    try {
      const events = deliveries.map(({ event }) => JSON.parse(event) as SentEvent);
      await sendTo(sink, events, this.#parts, this.#stop.signal);
      return null;
    } catch (thrown) {
      return connectionError(thrown);
    }
  }

  async #delivered(sink: EventSinkRow, deliveries: readonly EventDeliveryRow[]): Promise<void> {
    await this.#parts.store.change(async ({ db, at }) => {
      const ids = deliveries.map(({ delivery_id }) => delivery_id);
      await eventDeliveryRepository.delete(db, ids);
      await eventSinkRepository.note(db, sink.sink_id, { last_success_at: at, last_error: null });
    });
  }

  async #failed(sink: EventSinkRow, deliveries: readonly EventDeliveryRow[], error: SendError): Promise<void> {
    const { store, random } = this.#parts;
    await store.change(async ({ db, at }) => {
      for (const delivery of deliveries) {
        const attempts = delivery.attempts + 1;
        const isOver = at - delivery.queued_at >= giveUpAfterMs || (error.isRefusal && attempts >= maxRefusals);
        await eventDeliveryRepository.update(db, delivery.delivery_id, {
          attempts,
          next_attempt_at: at + Math.max(pauseAfter(attempts, random), error.retryAfterMs),
          dead_at: isOver ? at : null,
          last_error: error.message,
        });
      }
      await eventSinkRepository.note(db, sink.sink_id, { last_failure_at: at, last_error: error.message });
    });
  }
}

/** Sends events to a sink now, within the limit of one attempt. Errors: `SendError`. */
export async function sendTo(
  sink: Pick<EventSinkRow, 'sink_id' | 'kind' | 'target' | 'secret'>,
  events: readonly SentEvent[],
  { senders, policy, secrets }: Pick<DeliveryQueueParts, 'senders' | 'policy' | 'secrets'>,
  stop?: AbortSignal,
): Promise<void> {
  const limit = AbortSignal.timeout(attemptLimitMs);
  const signal = stop === undefined ? limit : AbortSignal.any([limit, stop]);
  const target = JSON.parse(sink.target) as SinkTarget;
  const sender = senders[sink.kind as SinkKind] as Sender<SinkTarget>;
  try {
    const host = new URL(target.url).hostname.replaceAll(/[[\]]/g, '');
    const to = await untilAborted(policy.resolve(host), signal);
    const place = placeOf('event_sinks', sink.sink_id);
    const secret = sink.secret === null ? null : await secrets.unseal(place, sink.secret);
    await sender.send({ target, secret }, events, to, signal);
  } catch (thrown) {
    throw connectionError(signal.aborted ? signal.reason : thrown);
  }
}

import type { EventDeliveryRow } from '../repositories/event-delivery-repository.ts';
import type { EventSinkRow } from '../repositories/event-sink-repository.ts';
import type {
  EmailTarget,
  EventFilterInput,
  SentEvent,
  SinkKind,
  SinkTarget,
  SyslogTarget,
  WebhookTarget,
} from '../sinks/index.ts';
import { writeCursor } from './page.ts';

/** A sink as the API shows it; of the three places the one that it has. */
export interface EventSinkView {
  readonly id: string;
  readonly name: string;
  readonly kind: SinkKind;
  readonly enabled: boolean;
  /** Sites by their names. */
  readonly filter: EventFilterInput;
  readonly webhook: WebhookTarget | null;
  readonly syslog: SyslogTarget | null;
  readonly email: EmailTarget | null;
  /** Events that wait, and those that were given up. */
  readonly queued: number;
  readonly dead: number;
  readonly lastSuccessAt: number | null;
  readonly lastFailureAt: number | null;
  /** Of the last attempt; null where that succeeded. */
  readonly lastError: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly version: number;
}

/** With the key that signs, which nobody can ask for again; null where nothing is signed. */
export interface NewEventSink extends EventSinkView {
  readonly secret: string | null;
}

/** An event that was given up. */
export interface DeadLetter {
  readonly id: number;
  readonly event: SentEvent;
  readonly queuedAt: number;
  readonly deadAt: number;
  readonly attempts: number;
  readonly lastError: string | null;
}

/** Where a page goes on after this one. */
export const deadLetterCursor = ({ id }: Pick<DeadLetter, 'id'>): string => writeCursor(String(id));

export const deadLetter = (row: EventDeliveryRow): DeadLetter => ({
  id: row.delivery_id,
  event: JSON.parse(row.event) as SentEvent,
  queuedAt: row.queued_at,
  deadAt: row.dead_at!,
  attempts: row.attempts,
  lastError: row.last_error,
});

export function sinkView(
  row: EventSinkRow,
  counts: { queued: number; dead: number },
  names: ReadonlyMap<string, string>,
): EventSinkView {
  const { sites, ...filter } = JSON.parse(row.filter) as EventFilterInput;
  const target = JSON.parse(row.target) as SinkTarget;
  const placeOf = <T extends SinkTarget>(kind: SinkKind): T | null => (row.kind === kind ? (target as T) : null);
  return {
    id: row.sink_id,
    name: row.name,
    kind: row.kind as SinkKind,
    enabled: row.enabled === 1,
    filter: { ...filter, ...(sites === undefined ? {} : { sites: sites.map((id) => names.get(id) ?? id) }) },
    webhook: placeOf('webhook'),
    syslog: placeOf('syslog'),
    email: placeOf('email'),
    ...counts,
    lastSuccessAt: row.last_success_at,
    lastFailureAt: row.last_failure_at,
    lastError: row.last_error,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  };
}

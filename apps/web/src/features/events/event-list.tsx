import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { formatFact } from '../../shared/figures/format.ts';
import { Time } from '../../shared/figures/time.tsx';
import { HealthMark, type Health } from '../../shared/health/health.tsx';
import type { NetworkEvent } from '../../shared/live/network-documents.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { eventLinks } from './event-links.ts';
import classes from './event-list.module.css';

/** How a severity is shown. */
export const healthOfSeverity: Readonly<Record<NetworkEvent['severity'], Health>> = {
  info: 'unknown',
  warning: 'degraded',
  error: 'down',
};

/** An event, and who took note of it where that was asked for. */
export type ShownEvent = NetworkEvent & {
  readonly acknowledged_at?: number | null;
  readonly acknowledged_by?: string | null;
};

interface EventListProps {
  readonly events: readonly ShownEvent[];
  /** Takes note of an event; absent where the user may not, or the list is only a glance. */
  readonly onAcknowledge?: ((event: ShownEvent) => void) | undefined;
  /** Narrows the list to a type. */
  readonly onType?: ((type: string) => void) | undefined;
}

/** Events, newest first; each opens to tell what it holds. */
export function EventList({ events, onAcknowledge, onType }: EventListProps) {
  if (events.length === 0)
    return <EmptyState title="No events">Whatever changes in the network is told here.</EmptyState>;
  return (
    <ul className={classes.events}>
      {events.map((event) => (
        <li key={event.id}>
          <details>
            <summary>
              <span className={classes.time}>
                <Time at={event.timestamp} />
              </span>
              <HealthMark health={healthOfSeverity[event.severity]} />
              <span className={classes.message}>
                {event.site !== null && <strong>{event.site}: </strong>}
                {event.message}
              </span>
              {event.acknowledged_at !== undefined && event.acknowledged_at !== null && (
                <span className={classes.noted}>noted</span>
              )}
            </summary>
            <EventDetails event={event} onAcknowledge={onAcknowledge} onType={onType} />
          </details>
        </li>
      ))}
    </ul>
  );
}

function EventDetails({ event, onAcknowledge, onType }: Omit<EventListProps, 'events'> & { event: ShownEvent }) {
  const noted = event.acknowledged_at ?? null;
  return (
    <div className={classes.details}>
      <dl>
        <dt>type</dt>
        <dd>
          {onType === undefined ? (
            event.event_type
          ) : (
            <button type="button" className={classes.type} onClick={() => onType(event.event_type)}>
              {event.event_type}
            </button>
          )}
        </dd>
        {Object.entries(event.metadata).map(([name, value]) => (
          <div key={name} className={classes.fact}>
            <dt>{name}</dt>
            <dd>{formatFact(name, value)}</dd>
          </div>
        ))}
        {noted !== null && (
          <div className={classes.fact}>
            <dt>noted</dt>
            <dd>
              <Time at={noted} /> by {event.acknowledged_by}
            </dd>
          </div>
        )}
      </dl>
      <p className={classes.links}>
        {eventLinks(event).map(({ label, path }) => (
          <Link key={`${label} ${path}`} to={path}>
            {label}
          </Link>
        ))}
        {onAcknowledge !== undefined && noted === null && (
          <Button size="compact-xs" variant="default" onClick={() => onAcknowledge(event)}>
            Take note
          </Button>
        )}
      </p>
    </div>
  );
}

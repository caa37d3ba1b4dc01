import { formatFact } from '../../shared/figures/format.ts';
import { Time } from '../../shared/figures/time.tsx';
import { HealthMark, type Health } from '../../shared/health/health.tsx';
import type { NetworkEvent } from '../../shared/live/network-documents.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import classes from './event-list.module.css';

/** How a severity is shown. */
export const healthOfSeverity: Readonly<Record<NetworkEvent['severity'], Health>> = {
  info: 'unknown',
  warning: 'degraded',
  error: 'down',
};

/** Events, newest first; each opens to tell what it holds. */
export function EventList({ events }: { events: readonly NetworkEvent[] }) {
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
              <span>{event.message}</span>
            </summary>
            <dl>
              <dt>type</dt>
              <dd>{event.event_type}</dd>
              {Object.entries(event.metadata).map(([name, value]) => (
                <div key={name} className={classes.fact}>
                  <dt>{name}</dt>
                  <dd>{formatFact(name, value)}</dd>
                </div>
              ))}
            </dl>
          </details>
        </li>
      ))}
    </ul>
  );
}

import type { NetworkEvent } from './api-types.ts';
import { formatFact, formatTime } from './format.ts';

/** Events, newest first, each with its metadata to unfold. */
export function EventsPanel({ events, now }: { events: readonly NetworkEvent[]; now: number }) {
  return (
    <section aria-labelledby="events-title">
      <h2 id="events-title">Events</h2>
      {events.length === 0 ? (
        <p className="nothing">Nothing has happened yet.</p>
      ) : (
        <ol className="events">
          {events.map((event) => (
            <EventItem key={event.id} event={event} now={now} />
          ))}
        </ol>
      )}
    </section>
  );
}

function EventItem({ event, now }: { event: NetworkEvent; now: number }) {
  const facts = Object.entries(event.metadata);
  const line = (
    <>
      <time dateTime={new Date(event.timestamp).toISOString()}>{formatTime(event.timestamp, now)}</time>
      <span className={`severity ${event.severity}`}>{event.severity}</span>
      <span className="message">
        {event.site !== null && !event.message.includes(event.site) && <strong>{event.site}: </strong>}
        {event.message}
      </span>
    </>
  );
  if (facts.length === 0) return <li className="event-line">{line}</li>;
  return (
    <li>
      <details>
        <summary className="event-line">{line}</summary>
        <dl>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{formatFact(name, value)}</dd>
            </div>
          ))}
        </dl>
      </details>
    </li>
  );
}

import { Fragment } from 'react';
import { formatAge, formatTime, formatUtc, unknownFigure } from './format.ts';
import { useNow } from './use-now.ts';
import classes from './time.module.css';

interface TimeProps {
  /** Unix ms. */
  readonly at: number | null | undefined;
}

/** A moment in the reader's time, in UTC where it is pointed at. */
export function Time({ at }: TimeProps) {
  const now = useNow(60_000);
  if (at === null || at === undefined) return <span>{unknownFigure}</span>;
  return (
    <time dateTime={new Date(at).toISOString()} title={formatUtc(at)}>
      {formatTime(at, now)
        .split(' ')
        .map((part, index) => (
          <Fragment key={part}>
            {index > 0 && ' '}
            <span className={classes.part}>{part}</span>
          </Fragment>
        ))}
    </time>
  );
}

/** How long something has been so, the moment of its beginning where it is pointed at. */
export function Age({ at }: TimeProps) {
  const now = useNow(1000);
  if (at === null || at === undefined) return <span>{unknownFigure}</span>;
  return (
    <time
      className={classes.part}
      dateTime={new Date(at).toISOString()}
      title={`${formatTime(at, now)} (${formatUtc(at)})`}
    >
      {formatAge(at, now)}
    </time>
  );
}

/** How long ago a moment was; `never` where there was none. */
export const Ago = ({ at }: { readonly at: number | null }) =>
  at === null ? (
    'never'
  ) : (
    <span className={classes.part}>
      <Age at={at} /> ago
    </span>
  );

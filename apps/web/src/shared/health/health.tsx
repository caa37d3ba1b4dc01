import type { ReactNode } from 'react';
import type { ConfigStatus, PathHealth, SiteStatus } from '../live/network-documents.ts';
import classes from './health.module.css';

/** Four states of anything; each has a colour and a shape, so that nobody needs to tell the colours apart. */
export type Health = PathHealth;

const shapes: Readonly<Record<Health, ReactNode>> = {
  up: <circle cx="6" cy="6" r="5" />,
  degraded: <path d="M6 1 11.4 10.6H.6Z" />,
  down: <path d="M2.6 1 6 4.4 9.4 1 11 2.6 7.6 6 11 9.4 9.4 11 6 7.6 2.6 11 1 9.4 4.4 6 1 2.6Z" />,
  unknown: <circle cx="6" cy="6" r="4" fill="none" strokeWidth="2" />,
};

/** The shape of a state alone, where its word stands beside it. */
export const HealthMark = ({ health, size = 12 }: { health: Health; size?: number }) => (
  <svg className={classes.mark} data-health={health} width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
    {shapes[health]}
  </svg>
);

/** A state as shape and word. */
export const HealthBadge = ({ health, word = health }: { health: Health; word?: ReactNode }) => (
  <span className={classes.badge} data-health={health}>
    <HealthMark health={health} />
    {word}
  </span>
);

/** How a site's edge being on the line or not is shown. */
export const healthOfSite: Readonly<Record<SiteStatus, Health>> = { online: 'up', offline: 'down', new: 'unknown' };
export const healthOfConfig: Readonly<Record<ConfigStatus, Health>> = {
  applied: 'up',
  pending: 'unknown',
  rejected: 'down',
  offline: 'unknown',
};

const badness: Readonly<Record<Health, number>> = { up: 0, unknown: 1, degraded: 2, down: 3 };

/** The worse of two states. */
export const worse = (a: Health, b: Health): Health => (badness[a] >= badness[b] ? a : b);

/** For sorting: higher is worse. */
export const badnessOf = (health: Health): number => badness[health];

import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Age } from '../../shared/figures/time.tsx';
import { HealthMark } from '../../shared/health/health.tsx';
import { useNetwork } from '../../shared/live/use-network.ts';
import { Panel } from '../../shared/parts/panel.tsx';
import { troublesOf } from './troubles-of.ts';
import classes from './troubles.module.css';

/** More are better looked at in the lists. */
const mostShown = 8;

/** What is not well: since when, why, and what Patronus did about it. */
export function Troubles() {
  const { sites, paths, events, loaded } = useNetwork();
  const troubles = useMemo(() => troublesOf(sites, paths, events), [sites, paths, events]);
  if (!loaded) return null;
  if (troubles.length === 0) {
    return (
      <p className={classes.well}>
        <HealthMark health="up" size={16} /> All is well: every site is on the line, and every path is up.
      </p>
    );
  }
  return (
    <Panel title={`What is not well (${troubles.length})`} flush>
      <ul className={classes.troubles}>
        {troubles.slice(0, mostShown).map(({ key, health, title, since, why, done, path }) => (
          <li key={key}>
            <HealthMark health={health} size={14} />
            <div>
              <Link to={path}>{title}</Link>
              {since !== null && (
                <span className={classes.since}>
                  {' '}
                  for <Age at={since} />
                </span>
              )}
              {why !== null && <p>{why}</p>}
              {done.map((text) => (
                <p key={text} className={classes.done}>
                  {text}
                </p>
              ))}
            </div>
          </li>
        ))}
      </ul>
      {troubles.length > mostShown && (
        <p className={classes.more}>
          <Link to="/paths" search={{ sort: '-health' }}>
            And {troubles.length - mostShown} more
          </Link>
        </p>
      )}
    </Panel>
  );
}

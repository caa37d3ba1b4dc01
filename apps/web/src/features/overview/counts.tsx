import { Link } from '@tanstack/react-router';
import { HealthMark, worse, type Health } from '../../shared/health/health.tsx';
import { useNetwork } from '../../shared/live/use-network.ts';
import classes from './counts.module.css';

/** The network in three numbers. */
export function Counts() {
  const { sites, paths, loaded } = useNetwork();
  if (!loaded) return <div className={classes.counts} aria-hidden />;
  const online = sites.filter((site) => site.status === 'online').length;
  const all = [...paths.values()];
  const up = all.filter((path) => path.health_status === 'up').length;
  const applied = sites.filter((site) => site.config.status === 'applied').length;
  const health = all.map((path) => path.health_status).reduce(worse, 'up' as Health);
  return (
    <div className={classes.counts}>
      <Count
        label="Sites online"
        value={online}
        of={sites.length}
        path="/sites"
        health={online < sites.length ? 'down' : 'up'}
      />
      <Count label="Paths up" value={up} of={all.length} path="/paths" health={health} />
      <Count
        label="Sites up to date"
        value={applied}
        of={sites.length}
        path="/sites"
        health={applied < sites.length ? 'degraded' : 'up'}
      />
    </div>
  );
}

interface CountProps {
  readonly label: string;
  readonly value: number;
  readonly of: number;
  readonly path: string;
  readonly health: Health;
}

const Count = ({ label, value, of, path, health }: CountProps) => (
  <Link to={path} className={classes.count}>
    <span className={classes.label}>
      <HealthMark health={health} /> {label}
    </span>
    <span className={classes.value}>
      {value} <small>of {of}</small>
    </span>
  </Link>
);

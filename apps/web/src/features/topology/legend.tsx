import classes from './legend.module.css';

/** What lines mean. */
export const Legend = () => (
  <ul className={classes.legend} aria-label="Legend">
    {(['up', 'degraded', 'down', 'unknown'] as const).map((health) => (
      <li key={health}>
        <svg width="32" height="8" aria-hidden="true" data-health={health}>
          <line x1="1" y1="4" x2="31" y2="4" />
        </svg>
        {health}
      </li>
    ))}
    <li>The wider, the more traffic</li>
  </ul>
);

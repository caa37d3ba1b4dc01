import { plural } from '../../shared/figures/format.ts';
import { HealthMark } from '../../shared/health/health.tsx';
import type { UsedPaths } from './used-paths.ts';
import classes from './used-paths-view.module.css';

/** The lines that a policy's traffic takes now, with what is not as it should be. */
export function UsedPathsView({ used }: { used: UsedPaths | undefined }) {
  if (used === undefined || used.pairs === 0) return <span className={classes.none}>–</span>;
  const health = used.stranded > 0 ? 'down' : used.outside > 0 ? 'degraded' : 'up';
  return (
    <span className={classes.used} title={hint(used)}>
      <HealthMark health={health} />
      {used.lines.slice(0, 3).map(({ label, pairs }) => (
        <span key={label}>
          {label}
          {used.lines.length > 1 && <small> ×{pairs}</small>}
        </span>
      ))}
      {used.lines.length > 3 && <small>and {used.lines.length - 3} more</small>}
      {used.stranded > 0 && <em>{plural(used.stranded, 'pair')} without a path</em>}
      {used.outside > 0 && <em>{used.outside} out of bounds</em>}
    </span>
  );
}

const hint = ({ lines, pairs }: UsedPaths): string =>
  `${plural(pairs, 'pair of sites', 'pairs of sites')}: ${lines.map(({ label, pairs: count }) => `${label} ${count}`).join(', ')}`;

import type { ReactNode } from 'react';
import classes from './empty-state.module.css';

interface EmptyStateProps {
  readonly title: string;
  /** What to do next, in words. */
  readonly children?: ReactNode;
  /** What to do next, as a button or link. */
  readonly action?: ReactNode;
}

/** In place of what is not there: why, and what to do about it. */
export const EmptyState = ({ title, children, action }: EmptyStateProps) => (
  <div className={classes.empty}>
    <p className={classes.title}>{title}</p>
    {children !== undefined && <div className={classes.text}>{children}</div>}
    {action !== undefined && <div className={classes.action}>{action}</div>}
  </div>
);

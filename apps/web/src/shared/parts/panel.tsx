import type { ReactNode } from 'react';
import classes from './panel.module.css';

interface PanelProps {
  readonly title?: ReactNode;
  /** At the right of the title. */
  readonly aside?: ReactNode;
  /** The content reaches to the rim, as tables and charts do. */
  readonly flush?: boolean;
  readonly children: ReactNode;
}

/** A part of a page on a ground of its own. */
export const Panel = ({ title, aside, flush = false, children }: PanelProps) => (
  <section className={classes.panel}>
    {(title !== undefined || aside !== undefined) && (
      <header className={classes.header}>
        {title !== undefined && <h2>{title}</h2>}
        {aside !== undefined && <div className={classes.aside}>{aside}</div>}
      </header>
    )}
    <div className={flush ? undefined : classes.body}>{children}</div>
  </section>
);

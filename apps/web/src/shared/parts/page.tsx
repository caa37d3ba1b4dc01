import { Link } from '@tanstack/react-router';
import { useEffect, type ReactNode } from 'react';
import classes from './page.module.css';

interface PageProps {
  readonly title: string;
  /** One line under the title. */
  readonly subtitle?: ReactNode;
  /** The list that this page is an entry of. */
  readonly parent?: { readonly label: string; readonly path: string };
  /** Buttons at the right. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page: its heading, what can be done, and its content. */
export function Page({ title, subtitle, parent, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Patronus`;
  }, [title]);
  return (
    <>
      <header className={classes.header}>
        <div className={classes.heading}>
          {parent !== undefined && (
            <Link to={parent.path} className={classes.parent}>
              {parent.label}
            </Link>
          )}
          <h1>{title}</h1>
          {subtitle !== undefined && <p className={classes.subtitle}>{subtitle}</p>}
        </div>
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </header>
      <div className={classes.content}>{children}</div>
    </>
  );
}

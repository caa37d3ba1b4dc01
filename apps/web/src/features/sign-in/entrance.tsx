import type { ReactNode } from 'react';
import classes from './entrance.module.css';

/** The frame of pages that stand alone. */
export const Entrance = ({ title, children }: { title: string; children: ReactNode }) => (
  <main className={classes.entrance}>
    <div className={classes.card}>
      <p className={classes.brand}>
        <img src="/icon.svg" alt="" width={28} height={28} />
        Patronus
      </p>
      <h1>{title}</h1>
      {children}
    </div>
  </main>
);

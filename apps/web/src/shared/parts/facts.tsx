import type { ReactNode } from 'react';
import classes from './facts.module.css';

interface FactsProps {
  readonly of: Readonly<Record<string, ReactNode>>;
  /** Names of values that take the room of two, as addresses do. */
  readonly wide?: readonly string[];
}

/** Names and values side by side; those without a value are left out. */
export const Facts = ({ of, wide = [] }: FactsProps) => (
  <dl className={classes.facts}>
    {Object.entries(of)
      .filter(([, value]) => value !== undefined && value !== null && value !== '')
      .map(([name, value]) => (
        <div key={name} data-wide={wide.includes(name)}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
);

import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import classes from './policy-links.module.css';

export interface NamedPolicy {
  readonly id: string;
  readonly name: string;
}

/** Policies that name something, each leading to its page. */
export const PolicyLinks = ({ policies }: { policies: readonly NamedPolicy[] }) =>
  policies.length === 0 ? (
    <span className={classes.none}>no policy</span>
  ) : (
    policies.map(({ id, name }, index) => (
      <Fragment key={id}>
        {index > 0 && ', '}
        <Link to={`/policies/${id}`}>{name}</Link>
      </Fragment>
    ))
  );

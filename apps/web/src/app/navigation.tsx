import { Link } from '@tanstack/react-router';
import { useCan } from '../shared/services.tsx';
import { features } from './features.ts';
import classes from './navigation.module.css';

/** The menu: what the user may see, in the order of the features. */
export function Navigation() {
  const can = useCan();
  // The same hooks in the same order each time: the list of features does not change.
  const links = features
    .flatMap((feature) => feature.links ?? [])
    .filter(({ operation, useShown = always }) => useShown() && (operation === undefined || can(operation)));
  return (
    <nav className={classes.navigation} aria-label="Main">
      <Link to="/" className={classes.brand}>
        <img src="/icon.svg" alt="" width={24} height={24} />
        Patronus
      </Link>
      <ul>
        {links.map(({ path, label, icon: Icon }) => (
          <li key={path}>
            <Link to={path} className={classes.link} activeOptions={{ exact: path === '/', includeSearch: false }}>
              <Icon size={18} stroke={1.75} aria-hidden />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const always = (): boolean => true;

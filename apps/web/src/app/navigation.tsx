import { Link } from '@tanstack/react-router';
import type { FeatureLink } from '../shared/feature.ts';
import { useCan } from '../shared/services.tsx';
import { features } from './features.ts';
import classes from './navigation.module.css';

/** The menu: what the user may see, in the order of the features. */
export function Navigation() {
  return (
    <nav className={classes.navigation} aria-label="Main">
      <Link to="/" className={classes.brand}>
        <img src="/icon.svg" alt="" width={24} height={24} />
        Patronus
      </Link>
      <ul>
        {features
          .flatMap((feature) => feature.links ?? [])
          .map((link) => (
            <Entry key={link.path} link={link} />
          ))}
      </ul>
    </nav>
  );
}

function Entry({ link }: { link: FeatureLink }) {
  const { path, label, icon: Icon, operation, useShown = always } = link;
  const can = useCan();
  const isShown = useShown();
  if (!isShown || (operation !== undefined && !can(operation))) return null;
  return (
    <li>
      <Link to={path} className={classes.link} activeOptions={{ exact: path === '/', includeSearch: false }}>
        <Icon size={18} stroke={1.75} aria-hidden />
        {label}
      </Link>
    </li>
  );
}

const always = (): boolean => true;

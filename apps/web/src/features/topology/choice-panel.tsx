import { Link as PageLink } from '@tanstack/react-router';
import { formatBitRate, formatMs, formatPercent, plural } from '../../shared/figures/format.ts';
import { HealthBadge, HealthMark, healthOfSite } from '../../shared/health/health.tsx';
import type { Path, Site } from '../../shared/live/network-documents.ts';
import { timed } from '../paths/path-figures.ts';
import { sitePath } from '../sites/site-path.ts';
import classes from './choice-panel.module.css';
import { bundlesOf, linkLabel, linksOf, type Link } from './links.ts';
import type { Choice } from './network-drawing.tsx';

interface ChoicePanelProps {
  readonly choice: Choice;
  readonly sites: readonly Site[];
  readonly paths: ReadonlyMap<string, Path>;
  readonly rate: (pathId: string) => number | null;
}

/** What is chosen in the drawing, in figures; each leads to its page. */
export function ChoicePanel({ choice, sites, paths, rate }: ChoicePanelProps) {
  if (choice === null)
    return <p className={classes.hint}>Choose a site or a link for its figures. Ctrl and the wheel zoom.</p>;
  const links = linksOf(paths.values());
  if (choice.type === 'site') {
    const site = sites.find(({ name }) => name === choice.id);
    if (site === undefined) return null;
    const own = links.filter(({ siteA, siteB }) => siteA === site.name || siteB === site.name);
    return (
      <div className={classes.panel}>
        <p className={classes.title}>
          <PageLink to={sitePath(site.name)}>{site.name}</PageLink>{' '}
          <HealthBadge health={healthOfSite[site.status]} word={site.status} />
        </p>
        <p className={classes.hint}>{[site.location, plural(own.length, 'link')].filter(Boolean).join(' · ')}</p>
        <Links links={own} rate={rate} />
      </div>
    );
  }
  const bundle = bundlesOf(links).find(({ id }) => id === choice.id);
  if (bundle === undefined) return null;
  return (
    <div className={classes.panel}>
      <p className={classes.title}>
        {bundle.siteA} – {bundle.siteB}
      </p>
      <Links links={bundle.links} rate={rate} />
    </div>
  );
}

/** More are better looked at in the list of paths. */
const mostShown = 40;

const Links = ({ links, rate }: { links: readonly Link[]; rate: (pathId: string) => number | null }) => (
  <ul className={classes.links}>
    {links.slice(0, mostShown).map((link) => (
      <li key={link.id}>
        <p>
          <HealthMark health={link.health} /> {link.siteA} – {link.siteB} <strong>{linkLabel(link)}</strong>
        </p>
        <Direction path={link.forward} rate={rate} />
        <Direction path={link.reverse} rate={rate} />
      </li>
    ))}
  </ul>
);

function Direction({ path, rate }: { path: Path | null; rate: (pathId: string) => number | null }) {
  if (path === null) return null;
  const [delay, sent] = [timed(path, path.latency), rate(path.id)];
  const figures = [
    path.health_status,
    delay !== null && formatMs(delay),
    path.loss !== null && `${formatPercent(path.loss)} lost`,
    sent !== null && formatBitRate(sent),
  ].filter((figure) => figure !== false);
  return (
    <PageLink to={`/paths/${path.id}`} className={classes.direction}>
      {path.source_site} → {path.dest_site}: {figures.join(', ')}
    </PageLink>
  );
}

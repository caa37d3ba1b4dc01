import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { formatMs, formatPercent, unknownFigure } from '../../shared/figures/format.ts';
import type { Path, Site } from '../../shared/live/network-documents.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { timed } from '../paths/path-figures.ts';
import { bundleLabel, bundlesOf, linkLabel, linksOf, type Bundle, type Link } from './links.ts';
import classes from './network-graph.module.css';
import { layoutTopology, roomyRadius, type DrawnBundle, type Point } from './topology-layout.ts';

interface NetworkGraphProps {
  readonly sites: readonly Site[];
  readonly paths: ReadonlyMap<string, Path>;
}

/** Sites and the links between them. What a pointer or the keyboard focus shows here is in the table of paths as well. */
export function NetworkGraph({ sites, paths }: NetworkGraphProps) {
  const [frame, width] = useWidth();
  const [chosen, setChosen] = useState<string | null>(null);
  const bundles = useMemo(() => bundlesOf(linksOf(paths.values())), [paths]);
  const height = Math.round(Math.min(440, Math.max(340, width * 0.5)));
  const names = useMemo(() => sites.map((site) => site.name), [sites]);
  const layout = useMemo(() => layoutTopology(names, bundles, { width, height }), [names, bundles, width, height]);
  const choice = bundles.find((bundle) => bundle.id === chosen);

  return (
    <div className={classes.graph}>
      <div ref={frame} className={classes.frame}>
        {sites.length === 0 ? (
          <EmptyState title="No sites yet" />
        ) : (
          <svg width={width} height={height} role="group" aria-label="Sites and their links">
            {layout.bundles.map((drawn) => (
              <BundleLine
                key={drawn.bundle.id}
                drawn={drawn}
                chosen={drawn.bundle.id === chosen}
                onChoose={setChosen}
              />
            ))}
            {sites.map((site) => (
              <SiteNode key={site.id} site={site} at={layout.nodes.get(site.name)!} radius={layout.nodeRadius} />
            ))}
          </svg>
        )}
      </div>
      <Legend />
      <p className={classes.readout}>
        {choice === undefined
          ? 'Point at a link, or reach it by Tab, for its figures.'
          : choice.links.map((link) => <Figures key={link.id} link={link} />)}
      </p>
    </div>
  );
}

function BundleLine(props: { drawn: DrawnBundle; chosen: boolean; onChoose: (id: string | null) => void }) {
  const { drawn, chosen, onChoose } = props;
  const { bundle, from, to, text } = drawn;
  const choose = () => onChoose(bundle.id);
  return (
    <g
      className={classes.link}
      data-health={bundle.health}
      data-many={bundle.links.length > 1}
      data-chosen={chosen}
      tabIndex={0}
      role="img"
      aria-label={spokenName(bundle)}
      onPointerEnter={choose}
      onFocus={choose}
      onClick={choose}
    >
      <line className={classes.reach} x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
      <line className={classes.line} x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
      <text x={text.x} y={text.y} textAnchor="middle" dominantBaseline="central">
        {bundleLabel(bundle)}
      </text>
    </g>
  );
}

const spokenName = ({ siteA, siteB, links, health }: Bundle): string =>
  links.length === 1
    ? `${siteA} ${links[0]!.labelA} – ${siteB} ${links[0]!.labelB}: ${health}`
    : `${siteA} – ${siteB}, ${links.length} links, the worst ${health}`;

function SiteNode({ site, at, radius }: { site: Site; at: Point; radius: number }) {
  const roomy = radius >= roomyRadius;
  return (
    <g className={classes.node} data-status={site.status} role="img" aria-label={`site ${site.name}, ${site.status}`}>
      <circle cx={at.x} cy={at.y} r={radius} />
      <text className={classes.name} x={at.x} y={roomy ? at.y - 4 : at.y - radius - 5} textAnchor="middle">
        {site.name.length > 9 ? `${site.name.slice(0, 8)}…` : site.name}
      </text>
      {roomy && (
        <text className={classes.status} x={at.x} y={at.y + 13} textAnchor="middle">
          {site.status}
        </text>
      )}
    </g>
  );
}

function Figures({ link }: { link: Link }) {
  return (
    <span className={classes.figures}>
      <strong>{linkLabel(link)}</strong>, {link.siteA} → {link.siteB}: {direction(link.forward)}; {link.siteB} →{' '}
      {link.siteA}: {direction(link.reverse)}
    </span>
  );
}

const direction = (path: Path | null): string =>
  path === null
    ? unknownFigure
    : path.health_status === 'unknown'
      ? 'unknown'
      : `${path.health_status}, delay ${formatMs(timed(path, path.latency))}, jitter ${formatMs(timed(path, path.jitter))}, loss ${formatPercent(path.loss)}`;

const Legend = () => (
  <ul className={classes.legend} aria-label="Legend">
    {(['up', 'degraded', 'down', 'unknown'] as const).map((health) => (
      <li key={health}>
        <svg width="36" height="10" aria-hidden="true" className={classes.link} data-health={health}>
          <line className={classes.line} x1="1" y1="5" x2="35" y2="5" />
        </svg>
        {health}
      </li>
    ))}
  </ul>
);

/** The width of an element, px, kept current. */
function useWidth() {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  useLayoutEffect(() => {
    if (frame.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  return [frame, width] as const;
}

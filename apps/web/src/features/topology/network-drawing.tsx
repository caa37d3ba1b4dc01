import { ActionIcon } from '@mantine/core';
import { IconFocusCentered, IconMinus, IconPlus } from '@tabler/icons-react';
import { memo, useMemo, type ReactNode } from 'react';
import type { Path, Site } from '../../shared/live/network-documents.ts';
import { linesBetween, type DrawnBundle } from './lines-between.ts';
import { bundleLabel, bundlesOf, linksOf, mostLinesDrawn, type Bundle } from './links.ts';
import classes from './network-drawing.module.css';
import type { Frame, PlacedGroup, Point } from './place-sites.ts';
import { widthOf } from './use-path-rates.ts';
import { useZoom } from './use-zoom.ts';

/** What is chosen in a drawing. */
export type Choice = { readonly type: 'site' | 'link'; readonly id: string } | null;

interface NetworkDrawingProps {
  readonly sites: readonly Site[];
  readonly paths: ReadonlyMap<string, Path>;
  readonly places: ReadonlyMap<string, Point>;
  readonly groups?: readonly PlacedGroup[];
  /** What a path sends, bit/s. */
  readonly rate: (pathId: string) => number | null;
  readonly frame: Frame;
  readonly choice: Choice;
  readonly onChoose: (choice: Choice) => void;
  /** What lies under it, as a map. */
  readonly ground?: ReactNode;
  /** Sites are points with their name beside them. */
  readonly small?: boolean;
}

const roomyRadius = 34;
/** More than these are points, and have their names when one is near. */
const mostRoomy = 12;

/** Names of more neighbours would run into each other. */
const mostNamed = 24;

/** Sites and the lines between them. Choosing a site shows what it has alone. */
export function NetworkDrawing(props: NetworkDrawingProps) {
  const { sites, paths, places, groups = [], rate, frame, choice, onChoose, ground, small = false } = props;
  const zoom = useZoom();
  const bundles = useMemo(() => bundlesOf(linksOf(paths.values())), [paths]);
  const radius = !small && sites.length <= mostRoomy ? roomyRadius : sites.length > 60 ? 5 : 8;
  const lines = useMemo(() => linesBetween(bundles, places, radius), [bundles, places, radius]);
  const near = useMemo(() => neighboursOf(choice, bundles), [choice, bundles]);
  const crowded = bundles.length > mostLinesDrawn;
  return (
    <div className={classes.drawing} style={{ height: frame.height }}>
      <svg
        ref={zoom.svg}
        width={frame.width}
        height={frame.height}
        role="group"
        aria-label="Sites and their links"
        data-crowded={crowded}
        data-chosen={choice !== null}
        data-few={near !== null && near.sites.size <= mostNamed}
        onDoubleClick={zoom.reset}
        onClick={(event) => event.target === event.currentTarget && onChoose(null)}
      >
        <g ref={zoom.content}>
          {ground}
          {groups.map(({ name, at, radius: size }) => (
            <circle key={name} className={classes.disc} cx={at.x} cy={at.y} r={size} />
          ))}
          {lines.map((line) => (
            <Line
              key={line.bundle.id}
              line={line}
              width={widthOf(rateOf(line.bundle, rate))}
              near={near === null || near.links.has(line.bundle.id)}
              chosen={choice?.id === line.bundle.id}
              onChoose={onChoose}
            />
          ))}
          {!small && !crowded && lines.map((line) => <LineLabel key={line.bundle.id} line={line} near={near} />)}
          {sites.map(({ name, status }) => {
            const at = places.get(name);
            return at === undefined ? null : (
              <Node
                key={name}
                name={name}
                status={status}
                x={at.x}
                y={at.y}
                radius={radius}
                near={near === null || near.sites.has(name)}
                chosen={choice?.id === name}
                onChoose={onChoose}
              />
            );
          })}
          {groups.map((group) => (
            <GroupName key={group.name} group={group} />
          ))}
        </g>
      </svg>
      <div className={classes.tools}>
        <Tool label="Larger" onClick={() => zoom.by(1.4)} icon={IconPlus} />
        <Tool label="Smaller" onClick={() => zoom.by(1 / 1.4)} icon={IconMinus} />
        <Tool label="All of it" onClick={zoom.reset} icon={IconFocusCentered} />
      </div>
    </div>
  );
}

const Tool = ({ label, onClick, icon: Icon }: { label: string; onClick: () => void; icon: typeof IconPlus }) => (
  <ActionIcon variant="default" size="md" aria-label={label} title={label} onClick={onClick}>
    <Icon size={15} />
  </ActionIcon>
);

/** The links of a chosen site with their other ends, or a chosen link with its ends; null where nothing is chosen. */
function neighboursOf(choice: Choice, bundles: readonly Bundle[]) {
  if (choice === null) return null;
  const own = bundles.filter(({ id, siteA, siteB }) =>
    choice.type === 'link' ? id === choice.id : siteA === choice.id || siteB === choice.id,
  );
  const sites = own.flatMap(({ siteA, siteB }) => [siteA, siteB]);
  return { links: new Set(own.map(({ id }) => id)), sites: new Set([...sites, choice.id]) };
}

/** Both directions of all links of a bundle together. */
function rateOf({ links }: Bundle, rate: (pathId: string) => number | null): number | null {
  let sum: number | null = null;
  for (const path of links.flatMap(({ forward, reverse }) => [forward, reverse])) {
    const value = path === null ? null : rate(path.id);
    if (value !== null) sum = (sum ?? 0) + value;
  }
  return sum;
}

const GroupName = ({ group: { name, at, radius } }: { group: PlacedGroup }) => (
  <text className={classes.group} x={at.x} y={at.y - radius - 6} textAnchor="middle">
    {name === '' ? 'elsewhere' : name}
  </text>
);

interface LineProps {
  readonly line: DrawnBundle;
  readonly width: number;
  readonly near: boolean;
  readonly chosen: boolean;
  readonly onChoose: (choice: Choice) => void;
}

const Line = memo(
  function Line({ line: { bundle, from, to }, width, near, chosen, onChoose }: LineProps) {
    const choose = () => onChoose({ type: 'link', id: bundle.id });
    return (
      <g
        className={classes.link}
        data-health={bundle.health}
        data-near={near}
        data-chosen={chosen}
        tabIndex={near ? 0 : -1}
        role="button"
        aria-label={spokenName(bundle)}
        onClick={choose}
        onKeyDown={(event) => event.key === 'Enter' && choose()}
      >
        <line className={classes.reach} x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
        <line className={classes.line} x1={from.x} y1={from.y} x2={to.x} y2={to.y} strokeWidth={width} />
      </g>
    );
  },
  (a, b) =>
    a.width === b.width &&
    a.near === b.near &&
    a.chosen === b.chosen &&
    a.onChoose === b.onChoose &&
    isSameLine(a.line, b.line),
);

const isSameLine = (a: DrawnBundle, b: DrawnBundle): boolean =>
  a.from.x === b.from.x &&
  a.from.y === b.from.y &&
  a.to.x === b.to.x &&
  a.to.y === b.to.y &&
  a.bundle.health === b.bundle.health;

interface LineLabelProps {
  readonly line: DrawnBundle;
  readonly near: ReturnType<typeof neighboursOf>;
}

/** Above all lines, so that none crosses it; what is not near the choice has none. */
const LineLabel = ({ line: { bundle, text }, near }: LineLabelProps) =>
  near === null || near.links.has(bundle.id) ? (
    <text
      className={classes.label}
      data-health={bundle.health}
      x={text.x}
      y={text.y}
      textAnchor="middle"
      dominantBaseline="central"
      aria-hidden
    >
      {bundleLabel(bundle)}
    </text>
  ) : null;

const spokenName = ({ siteA, siteB, links, health }: Bundle): string =>
  links.length === 1
    ? `${siteA} ${links[0]!.labelA} – ${siteB} ${links[0]!.labelB}: ${health}`
    : `${siteA} – ${siteB}, ${links.length} links, the worst ${health}`;

interface NodeProps {
  readonly name: string;
  readonly status: Site['status'];
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly near: boolean;
  readonly chosen: boolean;
  readonly onChoose: (choice: Choice) => void;
}

const Node = memo(function Node({ name, status, x, y, radius, near, chosen, onChoose }: NodeProps) {
  const roomy = radius >= roomyRadius;
  const choose = () => onChoose({ type: 'site', id: name });
  return (
    <g
      className={classes.node}
      data-status={status}
      data-near={near}
      data-chosen={chosen}
      data-small={!roomy}
      tabIndex={0}
      role="button"
      aria-label={`site ${name} ${status}`}
      onClick={choose}
      onKeyDown={(event) => event.key === 'Enter' && choose()}
    >
      <circle cx={x} cy={y} r={radius} />
      {status === 'offline' && !roomy && <path d={`M${x - 3} ${y - 3}l6 6m0 -6l-6 6`} className={classes.cross} />}
      <text className={classes.name} x={x} y={roomy ? y - 4 : y - radius - 5} textAnchor="middle">
        {roomy && name.length > 9 ? `${name.slice(0, 8)}…` : name}
      </text>
      {roomy && (
        <text className={classes.status} x={x} y={y + 13} textAnchor="middle">
          {` ${status}`}
        </text>
      )}
    </g>
  );
});

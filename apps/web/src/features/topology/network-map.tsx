import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Path, Site } from '../../shared/live/network-documents.ts';
import { sitePath } from '../sites/site-path.ts';
import { NetworkDrawing, type Choice } from './network-drawing.tsx';
import classes from './network-map.module.css';
import { placeOnMap } from './place-on-map.ts';
import { useWidth } from './use-width.ts';

interface NetworkMapProps {
  readonly sites: readonly Site[];
  readonly paths: ReadonlyMap<string, Path>;
  readonly rate: (pathId: string) => number | null;
  readonly choice: Choice;
  readonly onChoose: (choice: Choice) => void;
}

/** The network on a map of the world, which the page brings along. */
export function NetworkMap({ sites, paths, rate, choice, onChoose }: NetworkMapProps) {
  const [holder, width] = useWidth();
  const frame = useMemo(() => ({ width, height: Math.round(Math.min(640, Math.max(340, width * 0.52))) }), [width]);
  const places = sites.map(({ name, latitude, longitude }) => `${name} ${latitude} ${longitude}`).join('\n');
  // By places as text: the list of sites is another one with every answer.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const drawing = useMemo(() => placeOnMap(sites, frame), [places, frame]);
  const missing = sites.filter(({ name }) => !drawing.sites.has(name));
  return (
    <div ref={holder}>
      <NetworkDrawing
        small
        sites={sites}
        paths={paths}
        places={drawing.sites}
        rate={rate}
        frame={frame}
        choice={choice}
        onChoose={onChoose}
        ground={
          <>
            <path className={classes.land} d={drawing.land} />
            <path className={classes.borders} d={drawing.borders} />
          </>
        }
      />
      {missing.length > 0 && (
        <p className={classes.missing}>
          Without coordinates, and so not on the map:{' '}
          {missing.slice(0, mostNamed).map(({ id, name }, index) => (
            <span key={id}>
              {index > 0 && ', '}
              <Link to={sitePath(name)}>{name}</Link>
            </span>
          ))}
          {missing.length > mostNamed && ` and ${missing.length - mostNamed} more`}. Edit a site to set them.
        </p>
      )}
    </div>
  );
}

const mostNamed = 12;

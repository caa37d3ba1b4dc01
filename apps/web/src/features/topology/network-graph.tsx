import { useMemo } from 'react';
import type { Path, Site } from '../../shared/live/network-documents.ts';
import { groupsOf } from './groups.ts';
import { NetworkDrawing, type Choice } from './network-drawing.tsx';
import { placeSites } from './place-sites.ts';
import { useWidth } from './use-width.ts';

interface NetworkGraphProps {
  readonly sites: readonly Site[];
  readonly paths: ReadonlyMap<string, Path>;
  readonly rate: (pathId: string) => number | null;
  readonly choice: Choice;
  readonly onChoose: (choice: Choice) => void;
  /** px; absent: by the width. */
  readonly height?: number;
}

/** The network as a graph: sites on an ellipse, many of them in groups. */
export function NetworkGraph({ sites, paths, rate, choice, onChoose, height }: NetworkGraphProps) {
  const [holder, width] = useWidth();
  const tall = height ?? Math.round(Math.min(420, Math.max(320, width * 0.5)));
  const names = sites.map(({ name }) => name).join('\n');
  const groups = groupsOf(sites);
  const grouping = [...groups.values()].join('\n');
  const frame = useMemo(() => ({ width, height: tall }), [width, tall]);
  // By names and groups as text: the list of sites is another one with every answer.
  const placement = useMemo(
    () => placeSites(names.split('\n').filter(Boolean), (name) => groups.get(name) ?? '', frame),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [names, grouping, frame],
  );
  return (
    <div ref={holder}>
      <NetworkDrawing
        sites={sites}
        paths={paths}
        places={placement.sites}
        groups={placement.groups}
        rate={rate}
        frame={frame}
        choice={choice}
        onChoose={onChoose}
      />
    </div>
  );
}

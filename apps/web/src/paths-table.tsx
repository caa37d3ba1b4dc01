import { useState } from 'react';
import { mostPaths, type Path, type PathHealth } from './api-types.ts';
import { labelsText, timed } from './links.ts';
import { formatAge, formatMos, formatMs, formatPercent, unknownFigure } from './format.ts';

const states: readonly PathHealth[] = ['up', 'degraded', 'down', 'unknown'];

/** Every directed path with its figures, which are of the direction from source to destination. */
export function PathsTable({ paths, now }: { paths: ReadonlyMap<string, Path>; now: number }) {
  const [filter, setFilter] = useState<PathHealth | 'all'>('all');
  const all = [...paths.values()].toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  const shown = filter === 'all' ? all : all.filter((path) => path.health_status === filter);
  const count = (state: PathHealth) => all.filter((path) => path.health_status === state).length;

  return (
    <section aria-labelledby="paths-title">
      <div className="title-row">
        <h2 id="paths-title">Paths</h2>
        <label>
          State{' '}
          <select value={filter} onChange={(event) => setFilter(event.target.value as PathHealth | 'all')}>
            <option value="all">all ({all.length})</option>
            {states.map((state) => (
              <option key={state} value={state}>
                {state} ({count(state)})
              </option>
            ))}
          </select>
        </label>
      </div>
      {all.length >= mostPaths && (
        <p className="nothing">Not all paths are shown, there are too many: “npx patronus paths” lists them.</p>
      )}
      {shown.length === 0 ? (
        <p className="nothing">
          {all.length === 0 ? 'No paths yet: they appear when two sites have endpoints.' : `No path is ${filter}.`}
        </p>
      ) : (
        <div className="scroll" tabIndex={0} role="region" aria-labelledby="paths-title">
          <table className="stack">
            <thead>
              <tr>
                <th scope="col">Path</th>
                <th scope="col">Over</th>
                <th scope="col">State</th>
                <th scope="col" className="figure">
                  Delay
                </th>
                <th scope="col" className="figure">
                  Jitter
                </th>
                <th scope="col" className="figure">
                  Loss
                </th>
                <th scope="col" className="figure">
                  MOS
                </th>
                <th scope="col" className="figure">
                  Since
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((path) => (
                <PathRow key={path.id} path={path} now={now} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function PathRow({ path, now }: { path: Path; now: number }) {
  const figure = (title: string, text: string) => (
    <td className="figure" data-title={title}>
      {path.stale ? unknownFigure : text}
    </td>
  );
  return (
    <tr>
      <th scope="row">
        {path.source_site} → {path.dest_site}
      </th>
      <td>{labelsText(path.source_label, path.dest_label)}</td>
      <td>
        <span className={`state ${path.health_status}`}>{path.health_status}</span>
        {path.stale && path.reported_at !== null && (
          <small className="line">no report for {formatAge(path.reported_at, now)}</small>
        )}
      </td>
      {figure('Delay', formatMs(timed(path, path.latency)))}
      {figure('Jitter', formatMs(timed(path, path.jitter)))}
      {figure('Loss', formatPercent(path.loss))}
      {figure('MOS', formatMos(path.mos))}
      <td className="figure" data-title="Since">
        {formatAge(path.since, now)}
      </td>
    </tr>
  );
}

const sortKey = (path: Path): string =>
  [path.source_site, path.dest_site, path.source_label, path.dest_label].join(' ');

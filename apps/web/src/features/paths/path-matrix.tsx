import { SegmentedControl } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo, type CSSProperties } from 'react';
import { useAddress } from '../../shared/address/use-address.ts';
import { formatMos, formatMs, formatPercent, plural } from '../../shared/figures/format.ts';
import { HealthMark } from '../../shared/health/health.tsx';
import type { Path } from '../../shared/live/network-documents.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { gradeOf, matrixCells, matrixFigures, type MatrixCell, type MatrixFigure } from './matrix-cells.ts';
import classes from './path-matrix.module.css';

interface PathMatrixProps {
  /** Names of sites, in the order of rows and columns. */
  readonly sites: readonly string[];
  readonly paths: ReadonlyMap<string, Path>;
}

const titles: Readonly<Record<MatrixFigure, string>> = {
  state: 'State',
  delay: 'Delay',
  jitter: 'Jitter',
  loss: 'Loss',
  mos: 'MOS',
};

/** With more sites a cell has room for its colour only; what it stands for is told where it is pointed at. */
const roomySites = 16;

/** From each site to each other: the figure of the best path, and whether any of the paths is not well. */
export function PathMatrix({ sites, paths }: PathMatrixProps) {
  const [text, setText] = useAddress('figure', 'delay');
  const figure = matrixFigures.find((each) => each === text) ?? 'delay';
  const cells = useMemo(() => matrixCells(paths.values(), figure), [paths, figure]);
  if (sites.length < 2)
    return <EmptyState title="No paths yet">Paths lie between two sites; there are fewer.</EmptyState>;
  const size = sites.length <= roomySites ? 'roomy' : 'dense';
  return (
    <div>
      <div className={classes.tools}>
        <SegmentedControl
          size="xs"
          aria-label="Figure"
          data={matrixFigures.map((value) => ({ value, label: titles[value] }))}
          value={figure}
          onChange={setText}
        />
        <Legend />
      </div>
      <div className={classes.scroll}>
        <table
          className={classes.matrix}
          data-size={size}
          style={{ '--sites': sites.length } as CSSProperties}
          aria-label={`${titles[figure]} from row to column`}
        >
          <thead>
            <tr>
              <th scope="col" className={classes.corner}>
                from \ to
              </th>
              {sites.map((site) => (
                <th key={site} scope="col">
                  <span>{site}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sites.map((from) => (
              <tr key={from}>
                <th scope="row">{from}</th>
                {sites.map((to) => (
                  <Cell key={to} from={from} to={to} cell={cells.get(`${from}\t${to}`)} figure={figure} size={size} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

interface CellProps {
  readonly from: string;
  readonly to: string;
  readonly cell: MatrixCell | undefined;
  readonly figure: MatrixFigure;
  readonly size: 'roomy' | 'dense';
}

function Cell({ from, to, cell, figure, size }: CellProps) {
  if (cell === undefined) return <td className={from === to ? classes.self : classes.none} />;
  const [only] = cell.paths;
  const words = `${from} → ${to}: ${valueText(cell, figure)}, ${stateText(cell)}`;
  const target =
    cell.paths.length === 1
      ? { to: `/paths/${only!.id}` }
      : { to: '/paths', search: { view: 'list', source: from, dest: to } };
  return (
    <td>
      <Link {...target} className={classes.cell} data-grade={gradeOf(cell, figure)} title={words} aria-label={words}>
        {size === 'roomy' && (
          <>
            {figure === 'state' ? stateText(cell) : valueText(cell, figure)}
            {cell.worst !== 'up' && <HealthMark health={cell.worst} size={9} />}
          </>
        )}
      </Link>
    </td>
  );
}

const formats: Readonly<Record<MatrixFigure, (value: number | null) => string>> = {
  state: () => '',
  delay: formatMs,
  jitter: formatMs,
  loss: formatPercent,
  mos: formatMos,
};

const valueText = (cell: MatrixCell, figure: MatrixFigure): string =>
  cell.best === 'down' ? 'down' : formats[figure](cell.value);

function stateText({ paths, best, worst }: MatrixCell): string {
  if (best === worst) return paths.length === 1 ? best : `all ${best}`;
  const well = paths.filter((path) => path.health_status === 'up').length;
  return `${well} of ${plural(paths.length, 'path')} up`;
}

const Legend = () => (
  <ul className={classes.legend} aria-label="Legend">
    <li data-grade="good">good</li>
    <li data-grade="fair">felt</li>
    <li data-grade="poor">hurts</li>
    <li data-grade="none">not known</li>
  </ul>
);

import { Button, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import { useAddress } from '../address/use-address.ts';
import { plural } from '../figures/format.ts';
import classes from './data-table.module.css';
import { EmptyState } from './empty-state.tsx';
import { filterRows, nextSort, parseSort, sortRows, type Sortable } from './table-rows.ts';

export interface Column<Row> extends Sortable<Row> {
  readonly title: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers stand at the right. */
  readonly numeric?: boolean;
  /** Left out where there is no room, as on a phone. */
  readonly wideOnly?: boolean;
}

interface DataTableProps<Row> {
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string;
  /** Says what the table shows: `Sites`. */
  readonly label: string;
  /** Where a row leads to. */
  readonly path?: (row: Row) => string;
  /** In place of rows where there are none at all. */
  readonly empty?: ReactNode;
  /** Begins the names of its parameters in the address, where a page has several tables. */
  readonly name?: string;
  readonly initialSort?: string;
  /** Beside the field that filters. */
  readonly tools?: ReactNode;
  /** Without the field that filters: where another one does. */
  readonly plain?: boolean;
  /** For lists that come in pages: how to get the next. */
  readonly more?: { readonly load: () => void; readonly busy: boolean } | null;
}

/** Rows at once; the button at the end shows more. */
const pageSize = 100;

/**
 * A list: sorted and filtered in the address bar, shown a page at a time, walked by arrow keys, opened by Enter or a click.
 */
export function DataTable<Row>(given: DataTableProps<Row>) {
  const props = { ...given, columns: useMemo(() => withEnd(given.columns), [given.columns]) };
  const { rows, columns, name = '', initialSort = '', empty, label, plain = false, tools, more = null } = props;
  const [sort, setSort] = useAddress(`${name}sort`, initialSort);
  const [filter, setFilter] = useAddress(`${name}filter`);
  const [shownText, setShown] = useAddress(`${name}shown`);
  const shown = Number(shownText) || pageSize;
  const found = useMemo(
    () => sortRows(filterRows(rows, columns, filter), columns, sort),
    [rows, columns, filter, sort],
  );
  if (rows.length === 0 && empty !== undefined) return empty;
  return (
    <div>
      {!plain && (
        <div className={classes.tools}>
          <TextInput
            data-filter
            size="xs"
            aria-label={`Filter ${label}`}
            placeholder="Filter"
            leftSection={<IconSearch size={14} />}
            value={filter}
            onChange={(event) => setFilter(event.currentTarget.value)}
          />
          {tools}
          <span className={classes.count}>
            {found.length === rows.length ? rows.length : `${found.length} of ${rows.length}`}
          </span>
        </div>
      )}
      <div className={classes.scroll} tabIndex={-1}>
        <table className={classes.table} aria-label={label}>
          <Head columns={columns} sort={sort} onSort={(key) => setSort(nextSort(sort, key))} />
          <Body {...props} rows={found.slice(0, shown)} />
        </table>
      </div>
      {found.length === 0 && <EmptyState title="Nothing fits the filter" />}
      {found.length > shown && (
        <More onClick={() => setShown(String(shown + pageSize))} text={plural(found.length - shown, 'more row')} />
      )}
      {found.length <= shown && more !== null && <More onClick={more.load} busy={more.busy} text="Load more" />}
    </div>
  );
}

interface PlacedColumn<Row> extends Column<Row> {
  /** The last that is left on a phone, which keeps the distance to the edge. */
  readonly isNarrowEnd: boolean;
}

function withEnd<Row>(columns: readonly Column<Row>[]): readonly PlacedColumn<Row>[] {
  const end = columns.findLast(({ wideOnly = false }) => !wideOnly);
  return columns.map((column) => ({ ...column, isNarrowEnd: column === end }));
}

const More = ({ onClick, text, busy = false }: { onClick: () => void; text: string; busy?: boolean }) => (
  <div className={classes.more}>
    <Button variant="default" size="xs" onClick={onClick} loading={busy}>
      {text}
    </Button>
  </div>
);

interface HeadProps<Row> {
  readonly columns: readonly PlacedColumn<Row>[];
  readonly sort: string;
  readonly onSort: (key: string) => void;
}

function Head<Row>({ columns, sort, onSort }: HeadProps<Row>) {
  const now = parseSort(sort);
  const direction = (key: string) => (now.key === key ? (now.backwards ? 'descending' : 'ascending') : undefined);
  const Arrow = now.backwards ? IconArrowDown : IconArrowUp;
  return (
    <thead>
      <tr>
        {columns.map(({ key, title, value, numeric, wideOnly, isNarrowEnd }) => (
          <th
            key={key}
            scope="col"
            aria-sort={direction(key)}
            data-numeric={numeric}
            data-wide={wideOnly}
            data-end={isNarrowEnd}
          >
            {value === undefined ? (
              title
            ) : (
              <button type="button" onClick={() => onSort(key)}>
                {title}
                {now.key === key && <Arrow size={12} aria-hidden />}
              </button>
            )}
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface BodyProps<Row> extends DataTableProps<Row> {
  readonly columns: readonly PlacedColumn<Row>[];
}

function Body<Row>({ rows, columns, rowKey, path }: BodyProps<Row>) {
  const navigate = useNavigate();
  const open = (row: Row, event: MouseEvent | KeyboardEvent) => {
    if (path === undefined || isControl(event.target)) return;
    void navigate({ to: path(row) });
  };
  return (
    <tbody>
      {rows.map((row) => (
        <tr
          key={rowKey(row)}
          tabIndex={path === undefined ? undefined : 0}
          data-opens={path !== undefined}
          onClick={(event) => open(row, event)}
          onKeyDown={(event) => (event.key === 'Enter' ? open(row, event) : moveFocus(event))}
        >
          {columns.map(({ key, cell, numeric, wideOnly, isNarrowEnd }) => (
            <td key={key} data-numeric={numeric} data-wide={wideOnly} data-end={isNarrowEnd}>
              {cell(row)}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}

/** A button, link or field within a row is for itself. */
const isControl = (target: EventTarget): boolean =>
  target instanceof Element && target.closest('a, button, input, select, textarea, label') !== null;

function moveFocus(event: KeyboardEvent<HTMLTableRowElement>): void {
  const row = event.currentTarget;
  const next =
    event.key === 'ArrowDown' ? row.nextElementSibling : event.key === 'ArrowUp' ? row.previousElementSibling : null;
  if (!(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}

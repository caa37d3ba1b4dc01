import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatUtc } from '../figures/format.ts';
import { alignSeries, stackColumns, type Bound, type EventMark, type Series } from './chart-data.ts';
import { chartOptions } from './chart-options.ts';
import classes from './time-chart.module.css';
import type { ShownRange } from './use-time-range.ts';

interface TimeChartProps {
  /** What is drawn, as a heading and for who cannot see it. */
  readonly title: string;
  readonly series: readonly Series[];
  readonly shown: ShownRange;
  /** Writes a value with its unit. */
  readonly format: (value: number | null) => string;
  readonly bounds?: readonly Bound[];
  readonly marks?: readonly EventMark[];
  /** Each series on top of those before it. */
  readonly stacked?: boolean;
  /** px */
  readonly height?: number;
  /** The axis goes at least up to this. */
  readonly least?: number;
  /** The step of the series, ms, where it is not that of the range. */
  readonly step?: number;
}

/**
 * Curves over the shared range of time. Dragging zooms, a double click goes back to the last hour; all charts of a page show
 * their values at the same moment while one of them is pointed at.
 */
export function TimeChart(props: TimeChartProps) {
  const { title, series, shown, format, bounds = noBounds, marks = noMarks, stacked = false, height = 180 } = props;
  const { least = 0, step = shown.step } = props;
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [index, setIndex] = useState<number | null>(null);
  const scheme = useComputedColorScheme();
  const aligned = useMemo(() => alignSeries(series, shown.span, step), [series, shown.span, step]);
  const zoom = useRef(shown.zoom);
  zoom.current = shown.zoom;
  const reset = useRef(() => undefined as void);
  reset.current = () => shown.set({ from: '-1h', to: '' });
  const over = useRef({ bounds, marks });
  over.current = { bounds, marks };
  const look = series.map(({ label, color, dashed, filled }) => `${label} ${color} ${dashed} ${filled}`).join('|');

  useEffect(() => {
    const element = holder.current!;
    const options = chartOptions({
      width: element.clientWidth,
      height,
      series,
      stacked,
      least,
      format,
      over,
      onIndex: setIndex,
      onZoom: (span) => zoom.current(span),
      onReset: () => reset.current(),
    });
    const made = new uPlot(options, drawn(aligned, stacked), element);
    plot.current = made;
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      made.destroy();
    };
    // Another look is another plot; data alone is put into it below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [look, height, scheme, stacked, least, format]);

  useEffect(() => plot.current?.setData(drawn(aligned, stacked)), [aligned, stacked, bounds, marks]);

  return (
    <figure className={classes.chart} aria-label={title}>
      <figcaption className={classes.caption}>
        <span className={classes.title}>{title}</span>
        <Legend series={series} aligned={aligned} index={index} format={format} />
      </figcaption>
      <div ref={holder} style={{ height }} />
    </figure>
  );
}

const noBounds: readonly Bound[] = [];
const noMarks: readonly EventMark[] = [];

const drawn = (aligned: readonly (readonly (number | null)[])[], stacked: boolean): uPlot.AlignedData => {
  const [times, ...columns] = aligned;
  return [times, ...(stacked ? stackColumns(columns) : columns)] as unknown as uPlot.AlignedData;
};

interface LegendProps {
  readonly series: readonly Series[];
  readonly aligned: readonly (readonly (number | null)[])[];
  readonly index: number | null;
  readonly format: (value: number | null) => string;
}

/** The values pointed at, or else the last ones. */
function Legend({ series, aligned, index, format }: LegendProps) {
  const time = index === null ? undefined : aligned[0]?.[index];
  return (
    <span className={classes.legend}>
      {typeof time === 'number' && (
        <span className={classes.time} title={formatUtc(time * 1000)}>
          {new Date(time * 1000).toLocaleTimeString('en-GB')}
          <small>{formatUtc(time * 1000).slice(11, 19)} UTC</small>
        </span>
      )}
      {series.map(({ label, color, dashed }, place) => (
        <span key={label} className={classes.entry}>
          <i style={{ borderTop: `2px ${dashed === true ? 'dashed' : 'solid'} var(${color})` }} />
          {label}
          <b>{format(index === null ? lastOf(aligned[place + 1]) : (aligned[place + 1]?.[index] ?? null))}</b>
        </span>
      ))}
    </span>
  );
}

const lastOf = (column: readonly (number | null)[] | undefined): number | null =>
  column?.findLast((value) => value !== null) ?? null;

import { useMemo } from 'react';
import { useApiQuery } from '../../shared/api/use-api.ts';
import type { Bound, EventMark, Series } from '../../shared/charts/chart-data.ts';
import { TimeChart } from '../../shared/charts/time-chart.tsx';
import { TimeRangePicker } from '../../shared/charts/time-range-picker.tsx';
import type { ShownRange } from '../../shared/charts/use-time-range.ts';
import { formatBitRate, formatMos, formatMs, formatPercent } from '../../shared/figures/format.ts';
import { useNow } from '../../shared/figures/use-now.ts';
import type { Path } from '../../shared/live/network-documents.ts';
import { Panel } from '../../shared/parts/panel.tsx';
import { trafficStep } from '../traffic/traffic-rates.ts';
import { tunnelCurves } from '../traffic/tunnel-curves.ts';
import { metricsQuery, pathTrafficQuery, type MetricPoint, type Sla } from './path-documents.ts';
import classes from './path-curves.module.css';

const figures = [
  { key: 'latency', title: 'Delay', format: formatMs, least: 5, bound: (sla: Sla) => sla.max_delay_ms },
  { key: 'jitter', title: 'Jitter', format: formatMs, least: 2, bound: (sla: Sla) => sla.max_jitter_ms },
  { key: 'loss', title: 'Loss', format: formatPercent, least: 1, bound: (sla: Sla) => sla.max_loss_percent },
  { key: 'mos', title: 'MOS', format: formatMos, least: 5, bound: (sla: Sla) => sla.min_mos },
] as const;

interface PathCurvesProps {
  readonly path: Path;
  /** The path back between the same endpoints. */
  readonly back: Path | undefined;
  readonly shown: ShownRange;
  readonly marks: readonly EventMark[];
  /** What policies that use the path ask of it. */
  readonly slas: readonly { readonly policy: string; readonly sla: Sla }[];
}

/** Figures of both directions over time, with what was asked of them and what happened; and the traffic. */
export function PathCurves({ path, back, shown, marks, slas }: PathCurvesProps) {
  const { from, to } = shown.span;
  const variables = { path: path.id, reverse: back?.id ?? path.id, from, to, step: shown.step };
  const { data } = useApiQuery(metricsQuery, variables, { everyMs: shown.isLive ? 5000 : undefined });
  const series = useMemo(
    () =>
      figures.map(({ key }) => [
        curve(`${path.source_site} → ${path.dest_site}`, '--series-1', data?.there ?? [], key),
        ...(back === undefined
          ? []
          : [curve(`${path.dest_site} → ${path.source_site}`, '--series-2', data?.back ?? [], key)]),
      ]),
    [data, back === undefined, path.source_site, path.dest_site],
  );
  const bounds = useMemo(() => figures.map(({ bound }) => boundsOf(slas, bound)), [slas]);
  return (
    <Panel title="Over time" aside={<TimeRangePicker shown={shown} />}>
      <div className={classes.curves}>
        {figures.map(({ key, title, format, least }, index) => (
          <TimeChart
            key={key}
            title={title}
            series={series[index]!}
            shown={shown}
            format={format}
            least={least}
            marks={marks}
            bounds={bounds[index]!}
            height={140}
          />
        ))}
        <Traffic path={path} shown={shown} />
      </div>
    </Panel>
  );
}

function Traffic({ path, shown }: { path: Path; shown: ShownRange }) {
  const now = useNow(10_000);
  const step = trafficStep(shown.span, now);
  const { from, to } = shown.span;
  const { data } = useApiQuery(pathTrafficQuery, { path: path.id, from, to, step });
  const series = useMemo(
    () => tunnelCurves(data?.trafficHistory ?? [], { from, to }, step, now),
    [data, from, to, step, now],
  );
  return (
    <TimeChart
      title="Traffic"
      series={series}
      shown={shown}
      step={step}
      format={formatBitRate}
      least={1000}
      height={140}
    />
  );
}

const curve = (
  label: string,
  color: string,
  points: readonly MetricPoint[],
  key: (typeof figures)[number]['key'],
): Series => ({
  label,
  color,
  times: points.map(({ timestamp }) => timestamp),
  values: points.map((point) => point[key]),
});

/** One line for each value that is asked for, with all who ask for it. */
function boundsOf(slas: PathCurvesProps['slas'], bound: (sla: Sla) => number | null): readonly Bound[] {
  const asked = slas.flatMap(({ policy, sla }) => {
    const value = bound(sla);
    return value === null ? [] : [{ policy, value }];
  });
  const byValue = Map.groupBy(asked, ({ value }) => value);
  return [...byValue].map(([value, group]) => ({ value, label: group.map(({ policy }) => policy).join(', ') }));
}

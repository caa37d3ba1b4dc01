import { useMemo } from 'react';
import { usePathParameter } from '../../shared/address/use-address.ts';
import { useApiQuery } from '../../shared/api/use-api.ts';
import type { Series } from '../../shared/charts/chart-data.ts';
import { TimeChart } from '../../shared/charts/time-chart.tsx';
import { TimeRangePicker } from '../../shared/charts/time-range-picker.tsx';
import { useTimeRange } from '../../shared/charts/use-time-range.ts';
import { formatMos, formatMs, formatPercent, labelsText } from '../../shared/figures/format.ts';
import { Age } from '../../shared/figures/time.tsx';
import { HealthBadge } from '../../shared/health/health.tsx';
import type { Path } from '../../shared/live/network-documents.ts';
import { useNetwork } from '../../shared/live/use-network.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Facts } from '../../shared/parts/facts.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { metricsQuery, type MetricPoint } from './path-documents.ts';
import { reverseOf, timed } from './path-figures.ts';

/** One path: its figures now and over time, both directions together. */
export function PathPage() {
  const id = usePathParameter('path');
  const { paths, loaded } = useNetwork();
  const path = paths.get(id);
  if (path === undefined) {
    return <EmptyState title={loaded ? 'There is no such path' : 'Loading …'} />;
  }
  const title = `${path.source_site} → ${path.dest_site}`;
  return (
    <Page
      title={title}
      parent={{ label: 'Paths', path: '/paths' }}
      subtitle={labelsText(path.source_label, path.dest_label)}
    >
      <Panel>
        <Facts
          of={{
            State: <HealthBadge health={path.health_status} />,
            Since: <Age at={path.since} />,
            Delay: formatMs(timed(path, path.latency)),
            Jitter: formatMs(timed(path, path.jitter)),
            Loss: formatPercent(path.loss),
            MOS: formatMos(timed(path, path.mos)),
          }}
        />
      </Panel>
      <Curves path={path} back={reverseOf(path, paths) ?? path} />
    </Page>
  );
}

const figures = [
  { key: 'latency', title: 'Delay', format: formatMs, least: 5 },
  { key: 'jitter', title: 'Jitter', format: formatMs, least: 2 },
  { key: 'loss', title: 'Loss', format: formatPercent, least: 1 },
  { key: 'mos', title: 'MOS', format: formatMos, least: 5 },
] as const;

function Curves({ path, back }: { path: Path; back: Path }) {
  const shown = useTimeRange();
  const { from, to } = shown.span;
  const { data } = useApiQuery(
    metricsQuery,
    { path: path.id, reverse: back.id, from, to, step: shown.step },
    { everyMs: 10_000 },
  );
  const series = useMemo(
    () =>
      figures.map(({ key }) => [
        curve(`${path.source_site} → ${path.dest_site}`, '--series-1', data?.there ?? [], key),
        curve(`${path.dest_site} → ${path.source_site}`, '--series-2', data?.back ?? [], key),
      ]),
    [data, path.source_site, path.dest_site],
  );
  return (
    <Panel title="Over time" aside={<TimeRangePicker shown={shown} />}>
      {figures.map(({ key, title, format, least }, index) => (
        <TimeChart key={key} title={title} series={series[index]!} shown={shown} format={format} least={least} />
      ))}
    </Panel>
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

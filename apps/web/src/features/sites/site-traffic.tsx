import { useMemo } from 'react';
import { useApiQuery } from '../../shared/api/use-api.ts';
import type { Series } from '../../shared/charts/chart-data.ts';
import { TimeChart } from '../../shared/charts/time-chart.tsx';
import { TimeRangePicker } from '../../shared/charts/time-range-picker.tsx';
import { useTimeRange } from '../../shared/charts/use-time-range.ts';
import { formatBitRate } from '../../shared/figures/format.ts';
import { Panel } from '../../shared/parts/panel.tsx';
import { siteTrafficQuery } from './site-documents.ts';

/** Counters are kept in steps of ten seconds. */
const leastStepMs = 10_000;

/** What the tunnels of a site carry, over time. */
export function SiteTraffic({ site }: { site: string }) {
  const shown = useTimeRange();
  const step = Math.max(leastStepMs, shown.step);
  const { from, to } = shown.span;
  const { data } = useApiQuery(siteTrafficQuery, { site, from, to, step });
  const series = useMemo<readonly Series[]>(() => {
    const points = data?.trafficHistory ?? [];
    const times = points.map(({ timestamp }) => timestamp);
    const rate = (bytes: number): number => (bytes * 8000) / step;
    return [
      { label: 'sent', color: '--series-1', times, values: points.map((each) => rate(each.bytes_sent)), filled: true },
      { label: 'received', color: '--series-2', times, values: points.map((each) => rate(each.bytes_received)) },
    ];
  }, [data, step]);
  return (
    <Panel title="Traffic of its tunnels" aside={<TimeRangePicker shown={shown} />}>
      <TimeChart
        title="Rate"
        series={series}
        shown={shown}
        step={step}
        format={formatBitRate}
        least={1000}
        height={160}
      />
    </Panel>
  );
}

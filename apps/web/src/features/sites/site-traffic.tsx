import { useMemo } from 'react';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { TimeChart } from '../../shared/charts/time-chart.tsx';
import { TimeRangePicker } from '../../shared/charts/time-range-picker.tsx';
import { useTimeRange } from '../../shared/charts/use-time-range.ts';
import { formatBitRate } from '../../shared/figures/format.ts';
import { useNow } from '../../shared/figures/use-now.ts';
import { Panel } from '../../shared/parts/panel.tsx';
import { trafficStep } from '../traffic/traffic-rates.ts';
import { tunnelCurves } from '../traffic/tunnel-curves.ts';
import { siteTrafficQuery } from './site-documents.ts';

/** What the tunnels of a site carry, over time. */
export function SiteTraffic({ site }: { site: string }) {
  const shown = useTimeRange();
  const now = useNow(10_000);
  const step = trafficStep(shown.span, now);
  const { from, to } = shown.span;
  const { data } = useApiQuery(siteTrafficQuery, { site, from, to, step });
  const series = useMemo(
    () => tunnelCurves(data?.trafficHistory ?? [], { from, to }, step, now),
    [data, from, to, step, now],
  );
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

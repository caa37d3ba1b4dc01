import { useMemo } from 'react';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { TimeChart } from '../../shared/charts/time-chart.tsx';
import { TimeRangePicker } from '../../shared/charts/time-range-picker.tsx';
import { useTimeRange } from '../../shared/charts/use-time-range.ts';
import { formatBitRate } from '../../shared/figures/format.ts';
import { useNow } from '../../shared/figures/use-now.ts';
import { Panel } from '../../shared/parts/panel.tsx';
import { trafficQuery } from '../traffic/traffic-documents.ts';
import { bitRates, trafficStep } from '../traffic/traffic-rates.ts';

/** What entered from LANs and met a policy, over time. */
export function PolicyTraffic({ policy }: { policy: string }) {
  const shown = useTimeRange();
  const now = useNow(10_000);
  const step = trafficStep(shown.span, now);
  const { from, to } = shown.span;
  const { data } = useApiQuery(trafficQuery, { kind: 'policy', id: policy, from, to, step }, { everyMs: 10_000 });
  const series = useMemo(() => {
    const points = (data?.trafficHistory ?? []).map(({ timestamp, bytes_matched: bytes }) => ({ timestamp, bytes }));
    return [
      { label: 'Entered from LANs', color: '--series-1', filled: true, ...bitRates(points, { from, to }, step, now) },
    ];
  }, [data, from, to, step, now]);
  return (
    <Panel title="Over time" aside={<TimeRangePicker shown={shown} />}>
      <TimeChart title="Traffic" series={series} shown={shown} step={step} format={formatBitRate} least={1000} />
    </Panel>
  );
}

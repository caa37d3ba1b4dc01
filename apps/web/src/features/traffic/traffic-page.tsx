import { Button, Menu, SegmentedControl } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useAddress } from '../../shared/address/use-address.ts';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { TimeChart } from '../../shared/charts/time-chart.tsx';
import { TimeRangePicker } from '../../shared/charts/time-range-picker.tsx';
import { useTimeRange } from '../../shared/charts/use-time-range.ts';
import { formatBitRate } from '../../shared/figures/format.ts';
import { useNow } from '../../shared/figures/use-now.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { filterRows } from '../../shared/parts/table-rows.ts';
import { download } from './download.ts';
import { trafficQuery } from './traffic-documents.ts';
import { measureName, trafficKinds, type Kind, type Measure } from './traffic-kinds.ts';
import { trafficStep } from './traffic-rates.ts';
import { csvOf, exportedRows, jsonOf, trafficCurves, trafficRows, type TrafficRow } from './traffic-rows.ts';
import { TrafficTable, trafficColumns } from './traffic-table.tsx';
import { useCountOf } from './use-count-of.ts';

/** Traffic over time: of policies, sites, uplinks, paths or applications, the busiest on top of each other. */
export function TrafficPage() {
  const shown = useTimeRange();
  const [kindText, setKind] = useAddress('by', 'policy', { push: true });
  const [measureText, setMeasure] = useAddress('counted', '', { push: true });
  const [filter] = useAddress('filter');
  const kind = trafficKinds.find(({ value }) => value === kindText) ?? trafficKinds[0]!;
  const measure = kind.measures.find((each) => each === measureText) ?? kind.measures[0]!;
  const { answer, rows, step } = useTraffic(kind.value, measure);
  const found = useMemo(() => filterRows(rows, trafficColumns(kind), filter), [rows, kind, filter]);
  const curves = useMemo(() => trafficCurves(found), [found]);
  return (
    <Page
      title="Traffic"
      subtitle="What kernels counted, in steps of the range shown"
      actions={
        <>
          <TimeRangePicker shown={shown} />
          <ExportMenu rows={found} name={`traffic-by-${kind.value}-${measure}`} />
        </>
      }
    >
      <Panel
        title={<KindPicker value={kind.value} onChange={setKind} />}
        aside={
          kind.measures.length > 1 && (
            <SegmentedControl
              size="xs"
              aria-label="What is counted"
              data={kind.measures.map((value) => ({ value, label: measureName(kind.value, value) }))}
              value={measure}
              onChange={setMeasure}
            />
          )
        }
      >
        <TimeChart
          title={measureName(kind.value, measure)}
          series={curves}
          shown={shown}
          step={step}
          format={formatBitRate}
          stacked
          height={280}
          least={1000}
        />
      </Panel>
      <Panel flush>
        <QueryView answer={answer}>
          {() =>
            rows.length === 0 ? (
              <EmptyState title="Nothing was counted in this range">
                Counters come from the kernels of edges, every ten seconds. Choose a longer range, or let something
                flow.
              </EmptyState>
            ) : (
              <TrafficTable kind={kind} rows={rows} />
            )
          }
        </QueryView>
      </Panel>
    </Page>
  );
}

const KindPicker = ({ value: chosen, onChange }: { value: Kind; onChange: (kind: string) => void }) => (
  <SegmentedControl
    size="xs"
    aria-label="Traffic of"
    data={trafficKinds.map(({ value, label }) => ({ value, label }))}
    value={chosen}
    onChange={onChange}
  />
);

/** Octets of tunnels are told every ten seconds: in steps as short, now none would fall into one and now two. */
const leastTunnelStepMs = 30_000;

function useTraffic(kind: Kind, measure: Measure) {
  const { span } = useTimeRange();
  const now = useNow(10_000);
  const step = Math.max(trafficStep(span, now, useCountOf(kind)), kind === 'policy' ? 0 : leastTunnelStepMs);
  const { from, to } = span;
  const answer = useApiQuery(trafficQuery, { kind, from, to, step }, { everyMs: 10_000 });
  const points = answer.data?.trafficHistory;
  const rows = useMemo(
    () => trafficRows(points ?? [], measure, { from, to }, step, now),
    [points, measure, from, to, step, now],
  );
  return { answer, rows, step };
}

/** Exactly what is on the page: its rows, range and steps. */
const ExportMenu = ({ rows, name }: { rows: readonly TrafficRow[]; name: string }) => (
  <Menu position="bottom-end">
    <Menu.Target>
      <Button variant="default" size="xs" leftSection={<IconDownload size={14} />} disabled={rows.length === 0}>
        Export
      </Button>
    </Menu.Target>
    <Menu.Dropdown>
      <Menu.Item onClick={() => download(`${name}.csv`, 'text/csv', csvOf(exportedRows(rows)))}>CSV</Menu.Item>
      <Menu.Item onClick={() => download(`${name}.json`, 'application/json', jsonOf(exportedRows(rows)))}>
        JSON
      </Menu.Item>
    </Menu.Dropdown>
  </Menu>
);

import { useApiQuery } from '../../shared/api/use-api.ts';
import { formatBitRate, formatBytes, formatCount, formatMs } from '../../shared/figures/format.ts';
import { useRates } from '../../shared/figures/use-rates.ts';
import { HealthBadge } from '../../shared/health/health.tsx';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { queuesQuery, type QueueLine } from './site-documents.ts';

type Queue = QueueLine['classes'][number] & { readonly line: string; readonly key: string };

/** Edges tell the counters of their queues every ten seconds. */
const everyMs = 5000;

/** The queues of a site's shaped uplinks, by class of service: what leaves, waits and is dropped. Nothing where none is shaped. */
export function QueuesPanel({ site }: { site: string }) {
  const { data } = useApiQuery(queuesQuery, {}, { everyMs });
  const lines = (data?.qosLines ?? []).filter((line) => line.site === site);
  const queues = lines.flatMap(({ label, classes }) =>
    classes.map((each) => ({ ...each, line: label, key: `${label} ${each.class}` })),
  );
  const ratesOf = useRates(new Map(queues.map(({ key, packets, bytes }) => [key, { packets, bytes }])), data);
  if (lines.length === 0) return null;
  const columns: readonly Column<Queue>[] = [
    { key: 'line', title: 'Uplink', value: ({ line }) => line, cell: ({ line }) => <strong>{line}</strong> },
    { key: 'class', title: 'Class', value: (queue) => queue.class, cell: (queue) => queue.class },
    {
      key: 'rate',
      title: 'Rate now',
      value: ({ key }) => ratesOf(key).bitsPerSecond,
      cell: ({ key }) => formatBitRate(ratesOf(key).bitsPerSecond),
      numeric: true,
    },
    {
      key: 'delay',
      title: 'Waits',
      value: ({ delay_ms: delay }) => delay,
      cell: ({ delay_ms: delay }) => formatMs(delay),
      numeric: true,
    },
    {
      key: 'backlog',
      title: 'In the queue',
      value: ({ backlog_bytes: backlog }) => backlog,
      cell: ({ backlog_bytes: backlog }) => formatBytes(backlog),
      numeric: true,
      wideOnly: true,
    },
    {
      key: 'bytes',
      title: 'Octets',
      value: ({ bytes }) => bytes,
      cell: ({ bytes }) => formatBytes(bytes),
      numeric: true,
      wideOnly: true,
    },
    {
      key: 'drops',
      title: 'Dropped',
      value: ({ drops }) => drops,
      cell: ({ drops }) => formatCount(drops),
      numeric: true,
    },
  ];
  return (
    <Panel title="Queues" aside={<LineNotes lines={lines} />} flush>
      <DataTable plain name="queue-" label="Queues" rows={queues} columns={columns} rowKey={({ key }) => key} />
    </Panel>
  );
}

/** What each line is shaped to, or why it is not. */
const LineNotes = ({ lines }: { lines: readonly QueueLine[] }) => (
  <>
    {lines.map(({ endpoint_id: id, label, problem, rate_bps: rate, queue }) => (
      <span key={id}>
        {problem === null ? (
          `${label}: ${formatBitRate(rate)}${queue === null ? '' : `, ${queue}`} `
        ) : (
          <HealthBadge health="degraded" word={`${label}: ${problem}`} />
        )}
      </span>
    ))}
  </>
);

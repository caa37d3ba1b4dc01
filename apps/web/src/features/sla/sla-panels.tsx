import { SegmentedControl } from '@mantine/core';
import { useAddress } from '../../shared/address/use-address.ts';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { useNow } from '../../shared/figures/use-now.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { slaQuery } from './sla-documents.ts';
import { SlaTable, ViolationTable, type SlaSubject } from './sla-tables.tsx';

const hourMs = 3_600_000;
/** The record is kept by the hour, for 400 days. */
const spans = [
  { value: '', label: 'Day', hours: 24 },
  { value: 'week', label: 'Week', hours: 7 * 24 },
  { value: 'month', label: '30 days', hours: 30 * 24 },
] as const;

/** The record and its violations: of one path, of one policy, or of all. */
export function SlaPanels({ path, policy }: { readonly path?: string; readonly policy?: number }) {
  const [chosen, setChosen] = useAddress('record', '', { push: true });
  const span = spans.find(({ value }) => value === chosen) ?? spans[0];
  const now = useNow(60_000);
  const from = Math.floor(now / hourMs - span.hours) * hourMs;
  const about = { ...(path === undefined ? {} : { path }), ...(policy === undefined ? {} : { policy }) };
  const answer = useApiQuery(slaQuery, { ...about, from }, { everyMs: 10_000 });
  const subject: SlaSubject = path === undefined ? (policy === undefined ? 'all' : 'policy') : 'path';
  const choice = (
    <SegmentedControl
      size="xs"
      aria-label="How far back"
      data={spans.map(({ value, label }) => ({ value, label }))}
      value={span.value}
      onChange={setChosen}
    />
  );
  return (
    <>
      <Panel title={subject === 'all' ? 'Kept to bounds' : 'SLA record'} aside={choice} flush>
        <QueryView answer={answer} height={120}>
          {({ sla }) =>
            sla.length === 0 ? (
              <EmptyState title="Nothing is on record">{emptyTexts[subject]}</EmptyState>
            ) : (
              <SlaTable rows={sla} subject={subject} />
            )
          }
        </QueryView>
      </Panel>
      {(answer.data?.slaViolations.length ?? 0) > 0 && (
        <Panel title="Violations" flush>
          <ViolationTable violations={answer.data!.slaViolations} subject={subject} />
        </Panel>
      )}
    </>
  );
}

const emptyTexts: Readonly<Record<SlaSubject, string>> = {
  all: 'Give a policy bounds, such as a delay of at most 150 ms: from then on it is recorded how paths keep to them.',
  path: 'No policy that may take this path has bounds, or none was measured yet.',
  policy: 'It has bounds, and its paths are measured: the first minute is not over.',
};

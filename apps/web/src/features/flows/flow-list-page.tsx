import { SegmentedControl } from '@mantine/core';
import { useMemo } from 'react';
import { useAddress, useAddressParameters } from '../../shared/address/use-address.ts';
import type { VariablesOf } from '../../shared/api/graphql.ts';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { useRates } from '../../shared/figures/use-rates.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { flowsQuery, type Flow } from './flow-documents.ts';
import { FlowFilters } from './flow-filters.tsx';
import { FlowTable, TalkerTable } from './flow-tables.tsx';
import { bytesOf, talkerKinds, talkersOf } from './talkers.ts';

/** Edges walk their connections for an answer; rates are means over ten seconds. */
const everyMs = 4000;

/** What flows now: who talks most, and single flows by what is looked for. */
export function FlowListPage() {
  const filters = useAddressParameters();
  const answer = useApiQuery(flowsQuery, variablesOf(filters), { everyMs });
  const isFiltered = Object.keys(variablesOf(filters)).length > 0;
  return (
    <Page title="Flows" subtitle="What flows now, as edges tell it when asked">
      <Panel flush>
        <FlowFilters />
      </Panel>
      <QueryView answer={answer} height={420}>
        {({ flowsPage: { items, next_cursor: next } }) =>
          items.length === 0 ? (
            <Panel flush>
              <EmptyState title={isFiltered ? 'No flow fits' : 'Nothing flows now'}>
                {isFiltered
                  ? 'Look for less, or wait: a flow is here while it lasts.'
                  : 'Flows are here while they last.'}
              </EmptyState>
            </Panel>
          ) : (
            <Flows flows={items} isCut={next !== null} answer={answer.data} />
          )
        }
      </QueryView>
    </Page>
  );
}

interface FlowsProps {
  readonly flows: readonly Flow[];
  /** There are more than these. */
  readonly isCut: boolean;
  readonly answer: unknown;
}

function Flows({ flows, isCut, answer }: FlowsProps) {
  const [chosen, setChosen] = useAddress('by', 'source', { push: true });
  const kind = talkerKinds.find(({ value }) => value === chosen) ?? talkerKinds[0];
  const counters = useMemo(
    () =>
      new Map(
        flows.flatMap((flow) => {
          const bytes = bytesOf(flow);
          return bytes === null ? [] : [[flow.id, { bytes, packets: 0 }] as const];
        }),
      ),
    [flows],
  );
  const ratesOf = useRates(counters, answer);
  return (
    <>
      <Panel
        title="Top talkers"
        aside={
          <SegmentedControl
            size="xs"
            aria-label="Top talkers by"
            data={talkerKinds.map(({ value, label }) => ({ value, label }))}
            value={kind.value}
            onChange={setChosen}
          />
        }
        flush
      >
        <TalkerTable kind={kind} talkers={talkersOf(flows, kind, ratesOf)} />
      </Panel>
      <Panel title={isCut ? 'The 1,000 largest flows that fit' : 'Flows'} flush>
        <FlowTable flows={flows} ratesOf={ratesOf} />
      </Panel>
    </>
  );
}

/** What the address says, as the API takes it. */
function variablesOf(filters: Readonly<Record<string, string>>): VariablesOf<typeof flowsQuery> {
  const { search, site, protocol, unknown } = filters;
  return {
    ...(search ? { search } : {}),
    ...(site ? { site } : {}),
    ...(protocol ? { protocol } : {}),
    ...(unknown === 'yes' ? { unknown: true } : {}),
  };
}

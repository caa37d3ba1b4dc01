import { Alert } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { usePathParameter } from '../../shared/address/use-address.ts';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { useTimeRange } from '../../shared/charts/use-time-range.ts';
import { formatMos, formatMs, formatPercent, labelsText } from '../../shared/figures/format.ts';
import { Age, Time } from '../../shared/figures/time.tsx';
import { HealthBadge } from '../../shared/health/health.tsx';
import type { NetworkEvent, Path } from '../../shared/live/network-documents.ts';
import { useNetwork } from '../../shared/live/use-network.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Facts } from '../../shared/parts/facts.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { EventList } from '../events/event-list.tsx';
import { SlaPanels } from '../sla/sla-panels.tsx';
import { PathActions } from './path-actions.tsx';
import { PathCurves } from './path-curves.tsx';
import { decisionsQuery, pathDetailQuery, pathEventsQuery, type Decision, type PathDetail } from './path-documents.ts';
import { concerns, markOf, pathEventTypes } from './path-events.ts';
import { reverseOf, timed } from './path-figures.ts';
import { PathCopies } from './path-copies.tsx';
import { PoliciesOfPath } from './policies-of-path.tsx';

/** One path: its figures now and over time, both directions together, what uses it and what happened. */
export function PathPage() {
  const id = usePathParameter('path');
  const { paths, loaded } = useNetwork();
  const path = paths.get(id);
  if (path === undefined) {
    return (
      <Page title="Path" parent={{ label: 'Paths', path: '/paths' }}>
        <EmptyState title={loaded ? 'There is no such path' : 'Loading …'} />
      </Page>
    );
  }
  return <PathView path={path} back={reverseOf(path, paths)} />;
}

function PathView({ path, back }: { path: Path; back: Path | undefined }) {
  const shown = useTimeRange();
  const { from, to } = shown.span;
  const decided = useApiQuery(decisionsQuery, { source: path.source_site, dest: path.dest_site });
  const detail = useApiQuery(pathDetailQuery, { path: path.id, reverse: back?.id ?? path.id }, { everyMs: 5000 }).data;
  const told = useApiQuery(pathEventsQuery, { site: path.source_site, types: pathEventTypes, from, to });
  const events = useMemo(
    () => ((told.data?.events ?? []) as NetworkEvent[]).filter((event) => concerns(event, path.id)),
    [told.data, path.id],
  );
  const marks = useMemo(() => events.map((event) => markOf(event, path.id)).toReversed(), [events, path.id]);
  const using = useMemo(() => (decided.data?.decisions ?? []).filter(uses(path.id)), [decided.data, path.id]);
  const slas = useMemo(
    () =>
      using.flatMap(({ policy_id: id, policy }) => {
        const sla = decided.data?.policies.find((each) => each.id === id)?.action.sla;
        return sla === null || sla === undefined ? [] : [{ policy, sla }];
      }),
    [using, decided.data],
  );
  return (
    <Page
      title={`${path.source_site} → ${path.dest_site}`}
      parent={{ label: 'Paths', path: '/paths' }}
      subtitle={
        <>
          {labelsText(path.source_label, path.dest_label)}
          {back !== undefined && (
            <>
              {' · '}
              <Link to={`/paths/${back.id}`}>the way back</Link>
            </>
          )}
        </>
      }
      actions={<PathActions path={path} />}
    >
      {path.override !== null && <KeptOff path={path} />}
      <Panel>
        <FactsNow path={path} back={back} detail={detail} />
      </Panel>
      <PathCurves path={path} back={back} shown={shown} marks={marks} slas={slas} />
      <PoliciesOfPath decisions={decided.data?.decisions ?? []} path={path} />
      <SlaPanels path={path.id} />
      {detail !== null && <PathCopies path={path} detail={detail.there} />}
      <Panel title="Events in this time" flush>
        <EventList events={events} />
      </Panel>
    </Page>
  );
}

const uses =
  (pathId: string) =>
  ({ paths }: Decision): boolean =>
    paths.some(({ path_id: id }) => id === pathId);

const KeptOff = ({ path: { override } }: { path: Path }) => (
  <Alert color="brand" title={`Kept out of use by ${override!.by}`}>
    {override!.reason}, since <Time at={override!.since} />
    {override!.expires_at !== null && (
      <>
        , until <Time at={override!.expires_at} />
      </>
    )}
  </Alert>
);

interface FactsNowProps {
  readonly path: Path;
  readonly back: Path | undefined;
  readonly detail: { readonly there: PathDetail; readonly back: PathDetail } | null;
}

/** Both directions side by side. */
function FactsNow({ path, back, detail }: FactsNowProps) {
  const joined = (there: string, home: string | undefined) =>
    home === undefined || there === home ? there : `${there} there, ${home} back`;
  const both = (write: (each: Path) => string) => joined(write(path), back && write(back));
  /** Only counted where traffic flows. */
  const counted = (write: (each: PathDetail) => number | null) =>
    detail === null || (write(detail.there) === null && write(detail.back) === null)
      ? null
      : joined(formatPercent(write(detail.there)), back && formatPercent(write(detail.back)));
  return (
    <Facts
      of={{
        State: <HealthBadge health={path.health_status} />,
        For: <Age at={path.since} />,
        Delay: both((each) => formatMs(timed(each, each.latency))),
        Jitter: both((each) => formatMs(timed(each, each.jitter))),
        Loss: both((each) => formatPercent(each.loss)),
        MOS: both((each) => formatMos(timed(each, each.mos))),
        'Round trip': detail === null ? null : formatMs(timed(path, detail.there.rtt)),
        Overtaken: counted((each) => each.reordering_percent),
        'Came twice': counted((each) => each.duplication_percent),
      }}
    />
  );
}

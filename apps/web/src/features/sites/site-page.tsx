import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { usePathParameter } from '../../shared/address/use-address.ts';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { formatMs } from '../../shared/figures/format.ts';
import { Ago, Time } from '../../shared/figures/time.tsx';
import { HealthBadge, healthOfConfig, healthOfSite } from '../../shared/health/health.tsx';
import type { ConfigStatus, NetworkEvent, SiteStatus } from '../../shared/live/network-documents.ts';
import { useNetwork } from '../../shared/live/use-network.ts';
import { Facts } from '../../shared/parts/facts.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { useCan } from '../../shared/services.tsx';
import { EventList } from '../events/event-list.tsx';
import { PathTable } from '../paths/path-table.tsx';
import { EditSiteDialog } from './edit-site-dialog.tsx';
import { JoinPanel } from './join-panel.tsx';
import { QueuesPanel } from './queues-panel.tsx';
import { natSeenMs, siteQuery, type Edge, type SiteDetail } from './site-documents.ts';
import { SiteTraffic } from './site-traffic.tsx';
import { UplinksPanel } from './uplinks-panel.tsx';
import { useSiteDeletion } from './use-site-deletion.tsx';

/** One site: its edge, uplinks, paths and what happened. */
export function SitePage() {
  const name = usePathParameter('site');
  const answer = useApiQuery(siteQuery, { site: name, name }, { everyMs: natSeenMs });
  const can = useCan();
  const remove = useSiteDeletion();
  const [editing, setEditing] = useState(false);
  const site = answer.data?.site;
  const actions = site !== undefined && (
    <>
      {can('Mutation.updateSite') && (
        <Button variant="default" onClick={() => setEditing(true)}>
          Edit
        </Button>
      )}
      {can('Mutation.deleteSite') && (
        <Button variant="default" c="var(--down)" onClick={() => void remove(site)}>
          Delete
        </Button>
      )}
    </>
  );
  return (
    <Page title={name} parent={{ label: 'Sites', path: '/sites' }} subtitle={site?.location} actions={actions}>
      <QueryView answer={answer} height={400}>
        {(data) => <SiteView site={data.site} edges={data.edges} events={data.events as NetworkEvent[]} />}
      </QueryView>
      {editing && site !== undefined && <EditSiteDialog site={site} onClose={() => setEditing(false)} />}
    </Page>
  );
}

interface SiteViewProps {
  readonly site: SiteDetail;
  readonly edges: readonly Edge[];
  readonly events: readonly NetworkEvent[];
}

function SiteView({ site, edges, events }: SiteViewProps) {
  const { paths } = useNetwork();
  const own = [...paths.values()].filter((path) => path.source_site === site.name || path.dest_site === site.name);
  const edge = edges.find(({ online }) => online) ?? edges[0];
  return (
    <>
      {site.status === 'new' && <JoinPanel site={site.name} />}
      <Panel title="Edge">
        <EdgeFacts site={site} edge={edge} />
      </Panel>
      <UplinksPanel site={site} edge={edge} />
      <QueuesPanel site={site.name} />
      <SiteTraffic site={site.id} />
      <Panel title="Paths from and to the site" flush>
        <PathTable paths={own} />
      </Panel>
      <Panel
        title="Latest events"
        aside={
          <Link to="/events" search={{ site: site.name }}>
            All of them
          </Link>
        }
        flush
      >
        <EventList events={events} />
      </Panel>
    </>
  );
}

function EdgeFacts({ site, edge }: { site: SiteDetail; edge: Edge | undefined }) {
  const status = site.status as SiteStatus;
  const config = site.config.status as ConfigStatus;
  return (
    <Facts
      of={{
        Edge: <HealthBadge health={healthOfSite[status]} word={status} />,
        Configuration: <HealthBadge health={healthOfConfig[config]} word={config} />,
        'In force since': site.config.applied_at === null ? null : <Time at={site.config.applied_at} />,
        'What is wrong': site.config.reason,
        Machine: edge?.hostname,
        Version: edge?.program_version,
        'Last heard': edge === undefined || edge.online ? null : <Ago at={edge.last_seen_at} />,
        Joined: edge === undefined ? null : <Time at={edge.enrolled_at} />,
        'Clock apart by': edge?.clock_skew_ms === undefined ? null : formatMs(edge.clock_skew_ms),
        Prefixes: <code>{site.prefixes.join(', ')}</code>,
        Tags: site.tags.join(', '),
        'Time zone': site.time_zone,
        'Cannot do': edge?.unavailable.map(({ feature, reason }) => `${feature}: ${reason}`).join('; '),
      }}
    />
  );
}

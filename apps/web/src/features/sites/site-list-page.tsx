import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { HealthBadge, HealthMark, healthOfConfig, healthOfSite } from '../../shared/health/health.tsx';
import type { Path, Site } from '../../shared/live/network-documents.ts';
import { useNetwork } from '../../shared/live/use-network.ts';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { useCan } from '../../shared/services.tsx';
import { sitePath } from './site-path.ts';

/** All sites, with what is wrong first to be seen. */
export function SiteListPage() {
  const { sites, paths, loaded } = useNetwork();
  const navigate = useNavigate();
  const can = useCan();
  const add = can('Mutation.createSite') && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => void navigate({ to: '/sites/new' })}>
      Add a site
    </Button>
  );
  return (
    <Page title="Sites" actions={sites.length > 0 && add}>
      <Panel flush>
        <DataTable
          label="Sites"
          rows={sites}
          columns={columnsFor(paths)}
          rowKey={(site) => site.id}
          path={(site) => sitePath(site.name)}
          initialSort="name"
          empty={loaded ? <NoSites action={add} /> : <EmptyState title="Loading …" />}
        />
      </Panel>
    </Page>
  );
}

const NoSites = ({ action }: { action: React.ReactNode }) => (
  <EmptyState title="No sites yet" action={action || <Link to="/sign-in">Sign in to add one</Link>}>
    A site is a place with one or more lines to the outside, and an edge that joins them to the other sites.
  </EmptyState>
);

function columnsFor(paths: ReadonlyMap<string, Path>): readonly Column<Site>[] {
  const bySite = Map.groupBy(paths.values(), (path) => path.source_site);
  const usable = (site: Site) => (bySite.get(site.name) ?? []).filter((path) => path.health_status === 'up').length;
  const all = (site: Site) => bySite.get(site.name)?.length ?? 0;
  return [
    { key: 'name', title: 'Site', value: (site) => site.name, cell: (site) => <strong>{site.name}</strong> },
    {
      key: 'status',
      title: 'Edge',
      value: (site) => site.status,
      cell: (site) => <HealthBadge health={healthOfSite[site.status]} word={site.status} />,
    },
    {
      key: 'config',
      title: 'Configuration',
      value: (site) => site.config.status,
      cell: (site) => <HealthBadge health={healthOfConfig[site.config.status]} word={site.config.status} />,
      wideOnly: true,
    },
    {
      key: 'paths',
      title: 'Paths up',
      value: usable,
      cell: (site) => (
        <>
          {usable(site) < all(site) && <HealthMark health="degraded" />} {usable(site)} of {all(site)}
        </>
      ),
      numeric: true,
    },
    {
      key: 'endpoints',
      title: 'Uplinks',
      value: (site) => site.endpoints.map(({ label }) => label).join(' '),
      cell: (site) => site.endpoints.map(({ label }) => label).join(', '),
      wideOnly: true,
    },
    {
      key: 'location',
      title: 'Location',
      value: (site) => site.location,
      cell: (site) => site.location,
      wideOnly: true,
    },
    {
      key: 'prefixes',
      title: 'Prefixes',
      value: (site) => site.prefixes.join(' '),
      cell: (site) => <code>{shortened(site.prefixes)}</code>,
      wideOnly: true,
    },
  ];
}

const shortened = (prefixes: readonly string[]): string =>
  prefixes.length <= 2 ? prefixes.join(', ') : `${prefixes[0]} and ${prefixes.length - 1} more`;

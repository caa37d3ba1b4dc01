import { useApiQuery } from '../../shared/api/use-api.ts';
import { useNetwork } from '../../shared/live/use-network.ts';
import { Panel } from '../../shared/parts/panel.tsx';
import { PathTable } from '../paths/path-table.tsx';
import { natSeenMs, siteQuery } from './site-documents.ts';
import { UplinksPanel } from './uplinks-panel.tsx';

/** What a new site's edge has found, as soon as it is on the line: its uplinks, whether NAT is before them, and its paths. */
export function JoinedSite({ name }: { name: string }) {
  const { sites, paths } = useNetwork();
  const online = sites.some((site) => site.name === name && site.status === 'online');
  const { data } = useApiQuery(siteQuery, { site: name, name }, { skip: !online, everyMs: natSeenMs });
  if (!online || data === null) return null;
  const own = [...paths.values()].filter((path) => path.source_site === name);
  return (
    <>
      <UplinksPanel site={data.site} edge={data.edges.find((edge) => edge.online)} />
      {own.length > 0 && (
        <Panel title="Paths from the site" flush>
          <PathTable paths={own} />
        </Panel>
      )}
    </>
  );
}

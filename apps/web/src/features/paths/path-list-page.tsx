import { SegmentedControl, Select } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useAddress, useSetAddress } from '../../shared/address/use-address.ts';
import { useNetwork } from '../../shared/live/use-network.ts';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { PathMatrix } from './path-matrix.tsx';
import { PathTable } from './path-table.tsx';
import classes from './path-list-page.module.css';

/** `site-9` before `site-10`. */
const byName = new Intl.Collator('en', { numeric: true }).compare;

const views = [
  { value: 'list', label: 'List' },
  { value: 'matrix', label: 'Matrix' },
];

/** All paths as they are now: one under the other, or from each site to each. */
export function PathListPage() {
  const { sites, paths } = useNetwork();
  const names = useMemo(() => sites.map(({ name }) => name).toSorted(byName), [sites]);
  const [view, setView] = useAddress('view', 'list', { push: true });
  const choice = (
    <>
      <Link to="/paths/transport-links">Transport links</Link>
      <SegmentedControl size="sm" data={views} value={view} onChange={setView} aria-label="How paths are shown" />
    </>
  );
  return (
    <Page title="Paths" actions={choice}>
      <Panel flush>{view === 'matrix' ? <PathMatrix sites={names} paths={paths} /> : <Chosen sites={names} />}</Panel>
    </Page>
  );
}

const states = ['all', 'up', 'degraded', 'down', 'unknown'];

function Chosen({ sites }: { sites: readonly string[] }) {
  const { paths } = useNetwork();
  const [health, setHealth] = useAddress('health', 'all');
  const [source] = useAddress('source');
  const [dest] = useAddress('dest');
  const setAddress = useSetAddress();
  const chosen = [...paths.values()].filter(
    (path) =>
      (health === 'all' || path.health_status === health) &&
      (source === '' || path.source_site === source) &&
      (dest === '' || path.dest_site === dest),
  );
  const site = (name: string, label: string, value: string) => (
    <Select
      size="xs"
      className={classes.site}
      aria-label={label}
      placeholder={label}
      data={sites}
      value={value === '' ? null : value}
      onChange={(next) => setAddress({ [name]: next ?? '' })}
      clearable
      searchable
    />
  );
  const tools = (
    <>
      {site('source', 'From any site', source)}
      {site('dest', 'To any site', dest)}
      <SegmentedControl size="xs" data={states} value={health} onChange={setHealth} aria-label="State" />
    </>
  );
  return <PathTable paths={chosen} tools={tools} isFiltered={chosen.length < paths.size} />;
}

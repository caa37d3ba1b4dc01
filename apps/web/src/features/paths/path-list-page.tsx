import { SegmentedControl } from '@mantine/core';
import { useAddress } from '../../shared/address/use-address.ts';
import { useNetwork } from '../../shared/live/use-network.ts';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { PathTable } from './path-table.tsx';

const states = ['all', 'up', 'degraded', 'down', 'unknown'];

/** All paths as they are now. */
export function PathListPage() {
  const { paths } = useNetwork();
  const [health, setHealth] = useAddress('health', 'all');
  const chosen = [...paths.values()].filter((path) => health === 'all' || path.health_status === health);
  const tools = <SegmentedControl size="xs" data={states} value={health} onChange={setHealth} aria-label="State" />;
  return (
    <Page title="Paths">
      <Panel flush>
        <PathTable paths={chosen} tools={tools} />
      </Panel>
    </Page>
  );
}

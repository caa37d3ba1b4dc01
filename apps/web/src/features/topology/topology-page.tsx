import { useNetwork } from '../../shared/live/use-network.ts';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { NetworkGraph } from './network-graph.tsx';

/** Sites and the links between them. */
export function TopologyPage() {
  const { sites, paths } = useNetwork();
  return (
    <Page title="Topology">
      <Panel>
        <NetworkGraph sites={sites} paths={paths} />
      </Panel>
    </Page>
  );
}

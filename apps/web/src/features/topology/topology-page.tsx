import { SegmentedControl } from '@mantine/core';
import { lazy, Suspense, useCallback } from 'react';
import { useAddress } from '../../shared/address/use-address.ts';
import { useNetwork } from '../../shared/live/use-network.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { ChoicePanel } from './choice-panel.tsx';
import { Legend } from './legend.tsx';
import type { Choice } from './network-drawing.tsx';
import { NetworkGraph } from './network-graph.tsx';
import classes from './topology-page.module.css';
import { usePathRates } from './use-path-rates.ts';

const NetworkMap = lazy(async () => ({ default: (await import('./network-map.tsx')).NetworkMap }));

const views = [
  { value: 'graph', label: 'Graph' },
  { value: 'map', label: 'Map' },
];

/** Sites and the links between them, as a graph or on a map; what is chosen stands in the address. */
export function TopologyPage() {
  const { sites, paths, loaded } = useNetwork();
  const [view, setView] = useAddress('view', 'graph', { push: true });
  const [chosen, setChosen] = useAddress('chosen');
  const rate = usePathRates();
  const onChoose = useCallback(
    (choice: Choice) => setChosen(choice === null ? '' : `${choice.type}:${choice.id}`),
    [setChosen],
  );
  const parts = { sites, paths, rate, choice: choiceOf(chosen), onChoose };
  return (
    <Page
      title="Topology"
      actions={<SegmentedControl data={views} value={view} onChange={setView} aria-label="How it is drawn" />}
    >
      <div className={classes.columns}>
        <Panel flush aside={<Legend />}>
          {loaded && sites.length === 0 ? (
            <EmptyState title="No sites yet">Sites and the links between them are drawn here.</EmptyState>
          ) : view === 'map' ? (
            <Suspense fallback={<div className={classes.room} />}>
              <NetworkMap {...parts} />
            </Suspense>
          ) : (
            <NetworkGraph {...parts} height={560} />
          )}
        </Panel>
        <Panel title="Chosen">
          <ChoicePanel {...parts} />
        </Panel>
      </div>
    </Page>
  );
}

/** `site:hq`, or `link:` and its id. */
function choiceOf(text: string): Choice {
  const [type, id] = [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)];
  return type === 'site' || type === 'link' ? { type, id } : null;
}

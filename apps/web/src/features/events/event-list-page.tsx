import { useNetwork } from '../../shared/live/use-network.ts';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { EventList } from './event-list.tsx';

/** The newest events, live. */
export function EventListPage() {
  const { events } = useNetwork();
  return (
    <Page title="Events">
      <Panel flush>
        <EventList events={events} />
      </Panel>
    </Page>
  );
}

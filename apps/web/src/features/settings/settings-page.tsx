import { Page } from '../../shared/parts/page.tsx';
import { useCan } from '../../shared/services.tsx';
import { ApiPanel } from './api-panel.tsx';
import { CachesPanel } from './caches-panel.tsx';
import { ControllerPanel } from './controller-panel.tsx';
import { NodesPanel } from './nodes-panel.tsx';
import { RetentionPanel } from './retention-panel.tsx';
import { SecretsPanel } from './secrets-panel.tsx';

/** What there is to know and to do about the controller itself. */
export function SettingsPage() {
  const can = useCan();
  return (
    <Page title="Settings">
      <ControllerPanel />
      {can('Query.nodes') && <NodesPanel />}
      <RetentionPanel />
      <CachesPanel />
      {can('Query.signingKeys') && <SecretsPanel />}
      <ApiPanel />
    </Page>
  );
}

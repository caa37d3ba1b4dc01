import { Page } from '../../shared/parts/page.tsx';
import { SlaPanels } from './sla-panels.tsx';

/** Every path that a policy with bounds may take: how it kept to them. */
export const SlaPage = () => (
  <Page title="SLA record" subtitle="How paths kept to what policies ask of them">
    <SlaPanels />
  </Page>
);

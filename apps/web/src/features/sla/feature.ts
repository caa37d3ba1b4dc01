import { IconGauge } from '@tabler/icons-react';
import type { Feature } from '../../shared/feature.ts';

/** How paths kept to what policies ask of them. */
export const slaFeature: Feature = {
  pages: [{ path: '/sla', load: async () => (await import('./sla-page.tsx')).SlaPage }],
  links: [{ label: 'SLA', path: '/sla', icon: IconGauge }],
};

import { IconChartAreaLine } from '@tabler/icons-react';
import type { Feature } from '../../shared/feature.ts';

/** Traffic: who sends how much, over time. */
export const trafficFeature: Feature = {
  pages: [{ path: '/traffic', load: async () => (await import('./traffic-page.tsx')).TrafficPage }],
  links: [{ label: 'Traffic', path: '/traffic', icon: IconChartAreaLine }],
};

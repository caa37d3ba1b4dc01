import { IconActivity } from '@tabler/icons-react';
import type { Feature } from '../../shared/feature.ts';

/** What happened, as it happens. */
export const eventFeature: Feature = {
  pages: [{ path: '/events', load: async () => (await import('./event-list-page.tsx')).EventListPage }],
  links: [{ label: 'Events', path: '/events', icon: IconActivity }],
  commands: [
    { label: 'Warnings and errors nobody took note of', path: '/events?severity=warning,error&acknowledged=no' },
  ],
};

import { IconSend } from '@tabler/icons-react';
import type { Feature } from '../../shared/feature.ts';

/** Where events are sent to: webhooks, syslog, mail. */
export const sinkFeature: Feature = {
  pages: [
    { path: '/event-sinks', load: async () => (await import('./sink-list-page.tsx')).SinkListPage },
    { path: '/event-sinks/$sink', load: async () => (await import('./sink-page.tsx')).SinkPage },
  ],
  links: [{ label: 'Event sinks', path: '/event-sinks', icon: IconSend, operation: 'Query.eventSinks' }],
};

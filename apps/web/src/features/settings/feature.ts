import { IconSettings } from '@tabler/icons-react';
import type { Feature } from '../../shared/feature.ts';

/** The controller itself: caches, keys, health, and the way to its API. */
export const settingsFeature: Feature = {
  pages: [{ path: '/settings', load: async () => (await import('./settings-page.tsx')).SettingsPage }],
  links: [{ label: 'Settings', path: '/settings', icon: IconSettings }],
  commands: [{ label: 'Clear caches', path: '/settings', operation: 'Mutation.clearCache' }],
};

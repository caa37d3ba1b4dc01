import { IconFlask } from '@tabler/icons-react';
import type { Feature } from '../../shared/feature.ts';
import { useHasLab } from './use-lab.ts';

/** The lab that runs beside the controller: break its lines, and watch what happens. */
export const labFeature: Feature = {
  pages: [{ path: '/lab', load: async () => (await import('./lab-page.tsx')).LabPage }],
  links: [{ label: 'Lab', path: '/lab', icon: IconFlask, useShown: useHasLab }],
};

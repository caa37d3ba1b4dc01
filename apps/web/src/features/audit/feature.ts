import { IconShieldCheck } from '@tabler/icons-react';
import type { Feature } from '../../shared/feature.ts';

/** Who did what, and the proof that the record is whole. */
export const auditFeature: Feature = {
  pages: [{ path: '/audit', load: async () => (await import('./audit-page.tsx')).AuditPage }],
  links: [{ label: 'Audit', path: '/audit', icon: IconShieldCheck, operation: 'Query.auditLogPage' }],
};

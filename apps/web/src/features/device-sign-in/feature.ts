import type { Feature } from '../../shared/feature.ts';

/** Signing a command line in that runs on another machine. */
export const deviceSignInFeature: Feature = {
  pages: [{ path: '/sign-in/device', load: async () => (await import('./device-sign-in-page.tsx')).DeviceSignInPage }],
  commands: [{ label: 'Sign a command line in', path: '/sign-in/device', operation: 'Mutation.approveDeviceSignIn' }],
};

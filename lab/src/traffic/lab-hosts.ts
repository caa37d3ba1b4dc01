import { findHost, startInHost, type RunningLab } from '../lifecycle/index.ts';
import type { TrafficHosts } from './host-traffic.ts';

/** The LAN hosts of a lab that is up. */
export const labHosts = (lab: RunningLab): TrafficHosts => ({
  addressOf: ({ site, host }) => findHost(lab, site, host).address,
  start: (host, argv) => startInHost(lab, host, argv, 'pipe'),
});

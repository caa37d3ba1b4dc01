/**
 * Test traffic between LAN hosts: the small programs that send, receive and answer, the log of what arrived, and what
 * follows from it (loss, outages, delay, stalls). Which lines break meanwhile is the business of scenarios.
 */
export * from './host-traffic.ts';
export * from './lab-hosts.ts';
export * from './lab-traffic.ts';
export * from './request-result.ts';
export * from './stream.ts';
export * from './stream-result.ts';
export * from './tcp-result.ts';
export * from './udp-result.ts';

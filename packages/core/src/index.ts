/**
 * The domain of Patronus: what sites, endpoints, paths and policies are, and the pure arithmetic on them.
 * Nothing here touches a clock, a socket, a file or a process.
 */
export * from './application.ts';
export * from './cache.ts';
export * from './case.ts';
export * from './clock.ts';
export * from './closest-word.ts';
export * from './domain-pattern.ts';
export * from './errors.ts';
export * from './events.ts';
export type { FlowKey } from './flow-table.ts';
export * from './hash.ts';
export * from './ids.ts';
export * from './mos.ts';
export * from './network.ts';
export * from './numbering.ts';
export * from './path.ts';
export type { PolicyStats } from './policy-stats.ts';
export * from './policy.ts';
export * from './prefix.ts';
export * from './ranges.ts';
export * from './qos.ts';
export * from './result.ts';
export * from './schedule.ts';
export * from './statistics.ts';
export * from './traffic-stats-collector.ts';

/**
 * Learns names of servers from packets that pass: DNS answers, greetings of TLS and QUIC. How packets are read is the business
 * of `packages/applications`, and which are handed over that of `packages/netconf`.
 */
export * from './find-tap-mode.ts';
export type { LearnCounts, LearnPlan } from './learn-messages.ts';
export * from './learn-thread.ts';
export * from './learner.ts';
export * from './start-learning.ts';
export * from './prefix-table.ts';

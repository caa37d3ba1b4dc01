/**
 * How Patronus decides: measured samples become path states, path states and policies become the paths that traffic takes.
 * Everything here is a pure function of plain records and a time that is handed in; probing, timers and the kernel live
 * with the edge.
 */
export * from './check-verdict.ts';
export * from './conditions.ts';
export type { CopyRefusals } from './copy.ts';
export * from './decision.ts';
export * from './explain-flow.ts';
export * from './explain-path.ts';
export * from './flow-match.ts';
export * from './path-state.ts';
export * from './policy-findings.ts';
export * from './plan.ts';
export { meet, RegionSpace, type Region } from './regions.ts';
export * from './sla.ts';
export * from './sla-record.ts';
export * from './steering.ts';
export * from './tuning.ts';
export * from './validate-policy.ts';

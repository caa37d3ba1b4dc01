/**
 * What the kernel of an edge should look like, as data: compiled from a document, written as text for `ip`, `wg` and
 * `nft`, read back from what these print, and compared. Nothing here runs a program; that is the edge's reconciler.
 */
export * from './compile-kernel-state.ts';
export * from './conntrack.ts';
export * from './diff.ts';
export type * from './feature.ts';
export * from './duplication.ts';
export * from './ip-observed.ts';
export * from './ip-text.ts';
export * from './kernel-state.ts';
export * from './kernel.ts';
export * from './learning.ts';
export * from './local-facts.ts';
export * from './nft-observed.ts';
export * from './nft-text.ts';
export { byText } from './prefix-set.ts';
export * from './programs.ts';
export { rulesetShape } from './ruleset.ts';
export { shapedBps } from './shapers.ts';
export * from './step.ts';
export * from './tc-observed.ts';
export * from './tc-text.ts';
export * from './wg.ts';

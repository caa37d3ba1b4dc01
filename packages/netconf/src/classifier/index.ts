/**
 * How the policies that a new flow may match are found with few look-ups: the space of headers is cut along its axes, and
 * what is left at each place is written as chains and maps of nft. What a policy means is the business of
 * `packages/policy`, and how it is said to nft that of `ruleset-match.ts`.
 */
export * from './box.ts';
export * from './decision-tree.ts';
export * from './prefix-ranges.ts';
export type { Candidate } from './split.ts';

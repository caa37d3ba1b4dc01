/**
 * What a lab consists of: the YAML form of a topology, its checks, and the plan made of it (names, addresses, the paths
 * that are to come up). No kernel and no process here.
 */
export * from './lab-plan.ts';
export * from './load-topology.ts';
export * from './topology.ts';

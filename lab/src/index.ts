/**
 * The lab: a whole network of sites on one machine, in network namespaces, with emulated wide-area lines that can be cut
 * and worsened. It runs the ordinary programs and talks to the controller by its public API; it holds none of their logic.
 */
export * from './control/index.ts';
export * from './lifecycle/index.ts';
export * from './scenario/index.ts';
export * from './topology/index.ts';
export * from './traffic/index.ts';
export * from './wan/index.ts';

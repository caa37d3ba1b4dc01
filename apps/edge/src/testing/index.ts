/** Fakes for the tests of the edge's shell. Not part of the program. */
export * from './certificates.ts';
export * from './fake-controller.ts';
export * from './fake-network.ts';
export * from './fake-spool.ts';
export * from './trial-gateway.ts';
export * from './trial-controller.ts';
export * from './edge-network.ts';
export * from './controller-program.ts';
export * from './eventually.ts';
export * from './name-hosts.ts';
export * from './two-sites.ts';

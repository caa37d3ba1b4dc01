/**
 * What the controller's tests share: services on a real database file, a whole controller on free ports, and the other end
 * of the edge protocol. Nothing here is imported by the program.
 */
export * from './graphql-client.ts';
export * from './test-anchor-key.ts';
export * from './test-controller.ts';
export * from './test-edge.ts';
export * from './test-network.ts';
export * from './until.ts';

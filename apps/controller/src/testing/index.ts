/**
 * What the controller's tests share: services on a real database, a whole controller on free ports, and the other end
 * of the edge protocol. Nothing here is imported by the program.
 */
export * from './test-account.ts';
export * from './lossy-proxy.ts';
export * from './postgres-databases.ts';
export * from './spawned-controller.ts';
export * from './graphql-client.ts';
export * from './test-anchor-key.ts';
export * from './test-certificate.ts';
export * from './test-authenticator.ts';
export * from './test-controller.ts';
export * from './test-database.ts';
export * from './test-edge.ts';
export * from './test-network.ts';
export * from './test-secrets.ts';
export * from './until.ts';

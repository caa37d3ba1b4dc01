/**
 * How an edge comes to belong to a site: it makes sure of the controller's authority, then shows its key. Every later
 * connection is in `connection`.
 */
export * from './join-edge.ts';

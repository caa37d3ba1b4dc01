/**
 * What an edge says of itself: over its socket while it runs, from disk when it does not.
 */
export * from './edge-status.ts';
export * from './status-socket.ts';

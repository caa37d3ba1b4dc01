/**
 * Two edges on one machine, each with its reconciler in network namespaces of its own: for namespace tests and benchmarks,
 * which need real tunnels but no controller. The running program has no part in it.
 */
export * from './packet-frame.ts';
export * from './trial-documents.ts';
export * from './trial-network.ts';
export * from './voice-stream.ts';

/**
 * Brings documents into the kernel and keeps them there: what the kernel should hold is worked out in `@patronus/netconf`,
 * here it is compared, executed, restored when half of it was refused, mended when somebody else meddles, and removed.
 * The members of next-hop groups belong to the probe thread from their creation on.
 */
export * from './drift-watch.ts';
export * from './kernel-reconciler.ts';
export * from './linux-kernel.ts';
export * from './sysctl-memory.ts';
export * from './conntrack-lines.ts';

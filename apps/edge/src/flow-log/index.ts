/** Flows that policies log, from the kernel to events. */
export * from './flow-log.ts';
export * from './open-flow-tap.ts';

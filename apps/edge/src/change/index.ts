/**
 * How a change of intent becomes the network: a document is applied, confirmed or given up, and only a confirmed one is
 * kept. How the kernel is brought there is the reconciler's.
 */
export * from './change-journey.ts';
export * from './schedule-watch.ts';

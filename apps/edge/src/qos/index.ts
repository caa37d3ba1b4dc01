/**
 * What uplinks may send, where that follows from the delay of their paths. The queues themselves are the reconciler's.
 */
export * from './autorate.ts';
export * from './line-rates.ts';

/**
 * Tells applications of flows by what their packets look like, where nothing else tells: nDPI, in a process of its own. Which
 * packets come is the business of `packages/netconf`, and what nDPI's names mean that of `packages/applications`.
 */
export * from './inspected-services.ts';
export * from './inspection.ts';

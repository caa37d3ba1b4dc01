/**
 * What applications there are and how traffic shows them: the catalogue, which application a flow is of, what was learned of
 * servers' names, and the readers of packets that teach it. Pure: no clock, socket or kernel.
 */
export * from './application-index.ts';
export { catalogue } from './catalogue/index.ts';
export * from './inspected-protocols.ts';
export * from './learned-names.ts';
export * from './readers/index.ts';

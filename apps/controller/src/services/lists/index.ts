/**
 * How every list of the API is narrowed, ordered and paged: one set of rules, which REST, GraphQL and the command line
 * share. What the items are is the business of the services that load them.
 */
export * from './account-lists.ts';
export * from './list-definition.ts';
export * from './list-filters.ts';
export * from './network-lists.ts';

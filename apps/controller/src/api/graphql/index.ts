/**
 * The GraphQL API: types, operations and limits. It shows what services answer and decides nothing; names are those of the
 * REST API.
 */
export * from './playground.ts';
export * from './register-graphql.ts';
export * from './graphql-services.ts';

/**
 * What an operator does with a whole database: looks whether it is sound, brings its tables up to date, keeps copies, and moves
 * it to another server. The controller itself uses none of it.
 */
export * from './check-database.ts';
export * from './migrate-database.ts';
export * from './move-database.ts';
export * from './postgres-archive.ts';
export * from './sqlite-copies.ts';

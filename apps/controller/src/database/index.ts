/**
 * The database, SQLite or PostgreSQL: its tables, its history, and the one way to change it. What the tables mean is the
 * business of services; single queries live in repositories.
 */
export * from './broadcast.ts';
export * from './hold-postgres.ts';
export * from './latest-broadcast.ts';
export * from './open-database.ts';
export * from './schema.ts';
export * from './store.ts';

/**
 * Secrets in the database, encrypted: with a data key that is in the database too, which is encrypted with a master key that
 * is not. Which columns hold them is told by `repositories/secret-repository.ts`.
 */
export * from './master-keys.ts';
export * from './secret-box.ts';

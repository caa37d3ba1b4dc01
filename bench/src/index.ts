/**
 * One bench per file, each printing the figures of one promise. `main.ts` runs them; what they share lives in files that
 * export no `bench`.
 */
export * from './bench-line.ts';

/** What tests of scenarios share: runs that were never made. Nothing here is imported by a program. */
export * from './stories.ts';

/**
 * The audit log: who did what, from where, with which result, in rows that are chained by their hashes and anchored by
 * signatures. Which change is what action is the business of services; how rows are asked for is that of
 * `services/audit-service.ts`.
 */
export * from './actor.ts';
export * from './audit-action.ts';
export * from './audit-entry.ts';
export * from './audit-log.ts';
export * from './audit-row.ts';
export * from './audit-walk.ts';
export * from './changes-between.ts';

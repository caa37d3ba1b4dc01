/**
 * The SQL of the controller, one file per table or close group. A repository reads and writes rows and decides nothing; it
 * takes the handle to use as its first argument, so that it works inside and outside a transaction.
 */
export * from './allocation-repository.ts';
export * from './api-key-repository.ts';
export * from './audit-repository.ts';
export * from './config-repository.ts';
export * from './decision-repository.ts';
export * from './device-sign-in-repository.ts';
export * from './edge-repository.ts';
export * from './endpoint-repository.ts';
export * from './enrolment-key-repository.ts';
export * from './event-delivery-repository.ts';
export * from './erasure-repository.ts';
export * from './event-repository.ts';
export * from './event-sink-repository.ts';
export * from './identity-repository.ts';
export * from './host-set-repository.ts';
export * from './metric-repository.ts';
export * from './passkey-repository.ts';
export * from './path-override-repository.ts';
export * from './path-repository.ts';
export * from './policy-repository.ts';
export * from './secret-repository.ts';
export * from './session-repository.ts';
export * from './setting-repository.ts';
export * from './signing-key-repository.ts';
export * from './site-deletion-repository.ts';
export * from './site-repository.ts';
export * from './standing.ts';
export * from './totp-repository.ts';
export * from './traffic-repository.ts';
export * from './user-repository.ts';

/**
 * What an edge keeps on disk: its enrolment and its documents, written so that a crash or a full disk at any moment leaves
 * the old or the new, never half. Tunnel keys live with the reconciler, waiting telemetry with `telemetry`.
 */
export * from './document-store.ts';
export * from './durable-file.ts';
export * from './enrolment-file.ts';
export * from './state-dir.ts';

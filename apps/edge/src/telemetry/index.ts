/**
 * What the edge saw, on its way to the controller: collected each second, kept on disk within a bound until it is
 * acknowledged, delivered in order. Measuring itself is the probe engine's.
 */
export * from './collector.ts';
export * from './delivery.ts';
export * from './spool.ts';
export * from './telemetry.ts';

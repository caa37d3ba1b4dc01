/**
 * The picture of a run as SVG text: delay, loss, rate or latency of each stream over time, with steps and moves of traffic
 * marked. Pure text; what is drawn was measured elsewhere.
 */
export * from './plot-report.ts';

/** What flows at this site now, for those who ask. */
export * from './report-flows.ts';
export * from './application-meter.ts';

/**
 * Trials of a lab: the YAML form of a scenario and its checks, the runner that sends traffic while lines break and programs
 * die, the judgement of what was seen, and reports. How lines break and programs start is known to the lab's life cycle.
 */
export * from './load-scenario.ts';
export * from './observations.ts';
export * from './plot/index.ts';
export * from './ports.ts';
export * from './report.ts';
export * from './run-scenario.ts';
export * from './run-time.ts';
export * from './scenario.ts';
export * from './scenario-lab.ts';
export * from './steady-state.ts';
export * from './verdict.ts';

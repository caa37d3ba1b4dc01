/**
 * The program of one site. This folder puts it together: `gateway`, `enrolment` and `connection` lead to the controller,
 * `change` brings documents into force, `telemetry` carries back what was seen, `state` is on disk, `status` answers who
 * asks. `probe` and `reconcile` do the work on the network; everything else reaches them through `ports.ts`.
 */
export { joinEdge, type JoinOptions, type JoinResult } from './enrolment/index.ts';
export * from './status/edge-status.ts';
export { cleanEdge, type CleanOptions, type CleanResult } from './clean-edge.ts';
export { runEdge, type RunningEdge } from './run-edge.ts';
export { ProbeThread } from './probe/index.ts';

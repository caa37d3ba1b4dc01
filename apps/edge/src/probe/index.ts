/**
 * Measuring and steering: what probes say about paths, what that means for policies, and which next hops the kernel uses.
 * It runs on a thread of its own beside the edge's main thread. `PathEngine` and what it is made of are driven by time and
 * packets and open nothing; `probe-loop.ts` and `socket-outlet.ts` join them to sockets; `ProbeThread` is the main
 * thread's handle. What a state or a decision is, is `@patronus/policy`'s to say; which groups exist is the reconciler's.
 */
export { planProbes, type PlannedPath, type ProbePlan } from './probe-plan.ts';
export { ProbeThread } from './probe-thread.ts';

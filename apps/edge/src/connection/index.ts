/**
 * The edge's side of the wire to its controller: dialling over one uplink after the other, proof of possession, liveness,
 * back-off. What the messages mean is decided in `change` and `telemetry`.
 */
export * from './controller-connection.ts';
export * from './routes.ts';
export * from './web-socket-dial.ts';
export type { DomainMessage } from './session.ts';

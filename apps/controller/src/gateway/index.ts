/**
 * Where edges meet the controller: its certificate authority, enrolment, and the dialogue with each edge. What documents
 * contain and what telemetry means is the services' business.
 */
export * from './certificate-authority.ts';
export * from './edge-gateway.ts';
export * from './ports.ts';

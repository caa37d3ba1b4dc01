/**
 * Where the controller's edge gateway is and whether it is the right one: addresses, certificates, and why it could not
 * be reached. What is said to it is in `enrolment` and `connection`.
 */
export * from './dial-error.ts';
export * from './gateway-url.ts';
export * from './trust.ts';

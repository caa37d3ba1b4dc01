/**
 * The network as documents: reading it into them, and making it what they say, in one change or not at all. How a single
 * site, endpoint or policy is checked and changed is the business of the services next door.
 */
export * from './apply-service.ts';
export * from './manifest.ts';

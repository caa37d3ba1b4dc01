/**
 * Single sign-on with OpenID Connect: the questions to the service that knows people, and what its answers mean here. Who is
 * let in, and as whom, is decided by `services/single-sign-on-service.ts`.
 */
export * from './oidc-client.ts';
export * from './oidc-settings.ts';
export * from './role-map.ts';

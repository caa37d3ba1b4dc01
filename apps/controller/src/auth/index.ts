/**
 * Who may do what: passwords, sign-in, tokens, and the local token of the machine's own user. How credentials travel in HTTP
 * is the API's business.
 */
export * from './api-keys.ts';
export * from './caller.ts';
export * from './csrf-token.ts';
export * from './local-token.ts';
export * from './lock-out.ts';
export * from './origin.ts';
export * from './password-rules.ts';
export * from './passwords.ts';
export * from './prove-password.ts';
export * from './scopes.ts';
export * from './sessions.ts';
export * from './sign-in-service.ts';
export * from './token-refused.ts';
export * from './token-signer.ts';
export * from './totp.ts';
export * from './user-code.ts';
export * from './user-target.ts';

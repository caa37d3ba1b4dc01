/**
 * Who may do what: passwords, sign-in, tokens, and the local token of the machine's own user. How credentials travel in HTTP
 * is the API's business.
 */
export * from './caller.ts';
export * from './local-token.ts';
export * from './password-rules.ts';
export * from './sign-in-service.ts';
export * from './token-signer.ts';

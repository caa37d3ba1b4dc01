import { open, proving, renewing, signingIn, type Permission } from './permission-kinds.ts';

/** For signing in and out, oneself and programs. Part of the table in `permissions.ts`. */
export const signInPermissions = {
  'GET /api/v1/auth/methods': open,
  'POST /api/v1/auth/login': signingIn,
  'POST /api/v1/auth/setup': signingIn,
  'POST /api/v1/auth/refresh': renewing,
  'POST /api/v1/auth/logout': renewing,
  'POST /api/v1/auth/cookie': signingIn,
  'POST /api/v1/auth/cookie/passkey': signingIn,
  'POST /api/v1/auth/passkey': signingIn,
  'POST /api/v1/auth/passkey/options': signingIn,
  'GET /api/v1/auth/ways': open,
  'GET /api/v1/auth/oidc/start': signingIn,
  'GET /api/v1/auth/oidc/callback': signingIn,
  'POST /api/v1/auth/oidc/link': proving,
  'POST /api/v1/auth/oidc/sign-out': { least: 'viewer', scope: null },
  'POST /api/v1/auth/device': signingIn,
  // Nobody guesses 256 bits, and each device code has a pace of its own.
  'POST /api/v1/auth/device/token': open,
  'GET /api/v1/auth/device/:code': proving,
  'POST /api/v1/auth/device/:code/approval': proving,
  'POST /api/v1/auth/device/:code/refusal': proving,
  'GET /api/v1/auth/cookie': { least: 'viewer', scope: null },
  'DELETE /api/v1/auth/cookie': { least: 'viewer', scope: null },
  'Query.signInWays': open,
  'Query.deviceSignIn': proving,
  'Mutation.approveDeviceSignIn': proving,
  'Mutation.refuseDeviceSignIn': proving,
} as const satisfies Readonly<Record<string, Permission>>;

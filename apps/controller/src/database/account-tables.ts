import type { Generated } from 'kysely';
import type { Flag, UnixMs } from './schema.ts';

/* Who may do what: users, and what they and programs show who they are by. */

export interface UserTable {
  user_id: string;
  /** What they sign in with. */
  username: string;
  /** What people call them; may be empty. */
  name: Generated<string>;
  password_hash: string;
  role: string;
  enabled: Generated<Flag>;
  failed_logins: Generated<number>;
  locked_until: UnixMs | null;
  last_sign_in_at: UnixMs | null;
  created_at: UnixMs;
  updated_at: UnixMs;
  deleted_at: UnixMs | null;
  /** Grows with every change of what people set. */
  version: Generated<number>;
}

/** A link by which a user chooses a password, once. */
export interface PasswordLinkTable {
  token_hash: string;
  user_id: string;
  expires_at: UnixMs;
}

/** One sign-in: the family that its refresh tokens belong to. */
export interface SessionTable {
  session_id: string;
  user_id: string;
  address: string | null;
  user_agent: string | null;
  /** What the machine calls itself that a browser signed in. */
  machine: string | null;
  created_at: UnixMs;
  last_used_at: UnixMs;
  revoked_at: UnixMs | null;
}

/** `scopes` is JSON. */
export interface ApiKeyTable {
  key_id: string;
  user_id: string;
  name: string;
  secret_hash: string;
  scopes: string;
  expires_at: UnixMs;
  last_used_at: UnixMs | null;
  last_address: string | null;
  created_at: UnixMs;
  updated_at: UnixMs;
  deleted_at: UnixMs | null;
  /** Grows with every change of what people set. */
  version: Generated<number>;
}

/** A key that secrets are encrypted with, itself encrypted with a master key. */
export interface DataKeyTable {
  key_id: string;
  wrapped: string;
  master_key_id: string;
  created_at: UnixMs;
}

/** How a user makes one-time codes (RFC 6238). `secret` is encrypted. */
export interface TotpDeviceTable {
  user_id: string;
  secret: string;
  /** Null until the user has shown a code of it. */
  confirmed_at: UnixMs | null;
  /** The time step of the last code that was used; older ones are used up. */
  last_step: number;
  created_at: UnixMs;
}

/** Codes for who has lost the device, each good once. */
export interface RecoveryCodeTable {
  code_hash: string;
  user_id: string;
}

/** A key in a device of a user (WebAuthn). Texts are base64url; `transports` is JSON. */
export interface PasskeyTable {
  credential_id: string;
  user_id: string;
  name: string;
  public_key: string;
  /** How often the device says that it was used, where it counts. */
  counter: number;
  transports: string;
  /** The host that it belongs to. */
  host: string;
  created_at: UnixMs;
  last_used_at: UnixMs | null;
}

/** What a browser was asked to sign; null for the user where anybody may sign in. */
export interface PasskeyChallengeTable {
  challenge: string;
  user_id: string | null;
  expires_at: UnixMs;
}

/** What a service of single sign-on calls a user. */
export interface IdentityTable {
  identity_id: string;
  user_id: string;
  issuer: string;
  subject: string;
  /** Whether name and role of the user are what the service says: it brought them here. */
  manages_user: Flag;
  created_at: UnixMs;
  last_used_at: UnixMs | null;
}

/** A browser that is at the service to sign in, told by the hash of its secret. */
export interface SignOnRequestTable {
  secret_hash: string;
  /** Of whoever adds an identity to their account; null for a sign-in. */
  session_id: string | null;
  return_to: string;
  expires_at: UnixMs;
}

/** A program that waits for somebody to sign it in by a browser (RFC 8628), told by the hash of its device code. */
export interface DeviceSignInTable {
  device_hash: string;
  /** Eight letters, without the hyphen. */
  user_code: string;
  /** What it says its machine is called. */
  machine: string | null;
  address: string | null;
  /** Null until somebody decides. */
  decision: 'approved' | 'refused' | null;
  /** In which it was approved. */
  session_id: string | null;
  created_at: UnixMs;
  expires_at: UnixMs;
  /** When it was last told to go on waiting. */
  polled_at: UnixMs | null;
}

export interface RefreshTokenTable {
  token_hash: string;
  session_id: string;
  expires_at: UnixMs;
  used_at: UnixMs | null;
}

export interface SigningKeyTable {
  kid: string;
  /** Encrypted. */
  private_key: string;
  created_at: UnixMs;
}

/** People, their ways to sign in, and keys, as the API tells of them. */
import type { Time } from './time.ts';

export interface User {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly role: string;
  readonly enabled: boolean;
  readonly totp: boolean;
  readonly locked_until: Time | null;
  readonly last_sign_in_at: Time | null;
  readonly deleted_at: Time | null;
  readonly purge_at: Time | null;
}

/** A link by which a user chooses a password. */
export interface PasswordLink {
  readonly username: string;
  readonly url: string;
  readonly expires_at: Time;
}

export interface Session {
  readonly id: string;
  readonly username: string;
  readonly address: string | null;
  readonly user_agent: string | null;
  readonly machine: string | null;
  readonly created_at: Time;
  readonly last_used_at: Time;
  readonly current: boolean;
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly username: string;
  readonly role: string;
  readonly scopes: readonly string[];
  readonly expires_at: Time;
  readonly last_used_at: Time | null;
  readonly last_address: string | null;
  /** Only in the answer that creates it. */
  readonly key?: string;
}

export interface SigningKey {
  readonly id: string;
  readonly created_at: Time;
  readonly current: boolean;
  readonly valid_until: Time | null;
}

export interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly username: string;
  readonly host: string;
  readonly created_at: Time;
  readonly last_used_at: Time | null;
}

import type { TSchema } from 'typebox';

/** What a setting is called in each place it may come from, its shape, and what it is when nobody says. */
export interface SettingRule {
  readonly variable: string;
  readonly schema: TSchema;
  readonly fallback: unknown;
  readonly expected: string;
  /** What it is for, as the documentation says it. */
  readonly about: string;
  /** What it is when nobody says, in words, where the fallback does not tell. */
  readonly otherwise?: string;
  /** Never shown, not even when it is wrong. */
  readonly secret?: true;
}

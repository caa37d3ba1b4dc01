import { Type, type Static } from 'typebox';
import { scopeNames } from '../auth/index.ts';

const exact = { additionalProperties: false };
const name = Type.String({ minLength: 1, maxLength: 100, description: 'What it is for' });
const scopes = Type.Array(Type.Enum(scopeNames), { minItems: 1, maxItems: 20, uniqueItems: true });
const expires = Type.Integer({ minimum: 60, maximum: 63_072_000, description: 'At most two years' });

export const ApiKeyInputSchema = Type.Object(
  {
    name,
    scopes,
    expires_in_seconds: Type.Optional(expires),
    user: Type.Optional(Type.String({ description: 'Whom it acts for, by id or name; absent: you' })),
  },
  exact,
);
export type ApiKeyInput = Static<typeof ApiKeyInputSchema>;

export const ApiKeyChangesSchema = Type.Object(
  { name: Type.Optional(name), scopes: Type.Optional(scopes), expires_in_seconds: Type.Optional(expires) },
  exact,
);
export type ApiKeyChanges = Static<typeof ApiKeyChangesSchema>;

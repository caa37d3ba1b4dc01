import { Type, type Static } from 'typebox';
import { roles } from '../auth/index.ts';

const exact = { additionalProperties: false };
export const usernamePattern = '^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$';
/** Names must not look like the ids by which users are named too. */
export const isIdLike = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
const username = Type.String({
  pattern: usernamePattern,
  description: 'What they sign in with; letters, digits and ._@-',
});
const name = Type.String({ maxLength: 200, description: 'What people call them' });
const role = Type.Enum([...roles]);
const password = Type.String({ maxLength: 1_024 });

export const UserInputSchema = Type.Object(
  {
    username,
    name: Type.Optional(name),
    role,
    enabled: Type.Optional(Type.Boolean()),
    password: Type.Optional(Type.String({ maxLength: 1_024, description: 'Absent: they choose one by a link' })),
  },
  exact,
);
export type UserInput = Static<typeof UserInputSchema>;

export const UserChangesSchema = Type.Object(
  { name: Type.Optional(name), role: Type.Optional(role), enabled: Type.Optional(Type.Boolean()) },
  exact,
);
export type UserChanges = Static<typeof UserChangesSchema>;

export const NewPasswordSchema = Type.Object({ password }, exact);
export type NewPassword = Static<typeof NewPasswordSchema>;

export const PasswordChangeSchema = Type.Object({ current_password: password, new_password: password }, exact);
export type PasswordChangeInput = Static<typeof PasswordChangeSchema>;

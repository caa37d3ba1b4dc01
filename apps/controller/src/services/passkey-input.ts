import { Type, type Static } from 'typebox';

const exact = { additionalProperties: false };
const encoded = Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength: 20_000, description: 'base64url' });
const transports = Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 10 }));
const attachment = Type.Optional(Type.String({ maxLength: 40 }));

/** What a browser answers to the creation of a passkey (WebAuthn level 3, section 5.1, `RegistrationResponseJSON`). */
export const NewPasskeySchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, description: 'Which device it is in' }),
    id: encoded,
    client_data_json: encoded,
    attestation_object: encoded,
    transports,
    authenticator_attachment: attachment,
  },
  exact,
);
export type NewPasskeyInput = Static<typeof NewPasskeySchema>;

/** What a browser answers to a sign-in (`AuthenticationResponseJSON`). */
export const PasskeyProofSchema = Type.Object(
  {
    id: encoded,
    client_data_json: encoded,
    authenticator_data: encoded,
    signature: encoded,
    user_handle: Type.Optional(encoded),
    authenticator_attachment: attachment,
  },
  exact,
);
export type PasskeyProof = Static<typeof PasskeyProofSchema>;

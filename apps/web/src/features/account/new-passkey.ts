import { ApiError } from '../../shared/api/api-error.ts';
import type { VariablesOf } from '../../shared/api/graphql.ts';
import { base64url } from '../sign-in/passkey.ts';
import type { addPasskey } from './account-documents.ts';

/** Has the browser make a passkey for this page's host. Throws {@link ApiError} where it made none. */
export async function makePasskey(options: unknown, name: string): Promise<VariablesOf<typeof addPasskey>['input']> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON);
  const credential = await navigator.credentials.create({ publicKey }).catch(() => null);
  if (!(credential instanceof PublicKeyCredential)) {
    throw new ApiError('cancelled', 'No passkey was made. Try again, or use another device.');
  }
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    name,
    id: credential.id,
    client_data_json: base64url(response.clientDataJSON),
    attestation_object: base64url(response.attestationObject),
    transports: response.getTransports(),
    ...(credential.authenticatorAttachment === null
      ? {}
      : { authenticator_attachment: credential.authenticatorAttachment }),
  };
}

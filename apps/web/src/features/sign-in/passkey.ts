import { ApiError } from '../../shared/api/api-error.ts';
import { rest } from '../../shared/api/rest.ts';
import type { SessionStore } from '../../shared/session/session-store.ts';

/** Whether this browser knows passkeys at all; over plain HTTP they work on localhost only. */
export const passkeysWork = (): boolean =>
  isSecureContext && 'PublicKeyCredential' in window && 'parseRequestOptionsFromJSON' in PublicKeyCredential;

/** Signs in by a passkey of this page's host: the browser asks for it. Throws {@link ApiError}. */
export async function signInByPasskey(session: SessionStore): Promise<void> {
  const options = await rest<PublicKeyCredentialRequestOptionsJSON>('POST', '/auth/passkey/options');
  const proof = await proofFor(PublicKeyCredential.parseRequestOptionsFromJSON(options));
  await session.enter(() => rest('POST', '/auth/cookie/passkey', { body: proof }));
}

async function proofFor(publicKey: PublicKeyCredentialRequestOptions): Promise<object> {
  const credential = await navigator.credentials.get({ publicKey }).catch(() => null);
  if (!(credential instanceof PublicKeyCredential)) {
    throw new ApiError('cancelled', 'No passkey was used. Try again, or sign in with your password.');
  }
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    id: credential.id,
    client_data_json: base64url(response.clientDataJSON),
    authenticator_data: base64url(response.authenticatorData),
    signature: base64url(response.signature),
  };
}

/** As WebAuthn writes bytes in JSON (RFC 4648, section 5, without padding). */
export const base64url = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

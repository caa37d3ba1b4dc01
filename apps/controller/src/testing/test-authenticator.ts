import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
const base64url = (data: string | Buffer): string => Buffer.from(data).toString('base64url');

/** Flags of authenticator data (WebAuthn level 3, section 6.1). */
const flags = { userPresent: 0x01, userVerified: 0x04, attested: 0x40 };

/** A device with one passkey, which makes the bytes that a browser hands on. */
export class TestAuthenticator {
  readonly #key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #id = randomBytes(16);
  counter = 0;
  /** Whether its user unlocks it. */
  isUnlocked = true;

  get id(): string {
    return base64url(this.#id);
  }

  /** What it answers to the creation of a passkey, for REST. */
  create(options: { challenge: string; rp: { id: string } }, origin: string) {
    const clientData = clientDataFor('webauthn.create', options.challenge, origin);
    const data = Buffer.concat([this.#head(options.rp.id, flags.attested), this.#credential()]);
    return {
      id: this.id,
      client_data_json: base64url(clientData),
      attestation_object: base64url(attestation(data)),
      transports: ['internal'],
    };
  }

  /** What it answers to a sign-in. */
  get(options: { challenge: string; rpId: string }, origin: string) {
    const clientData = clientDataFor('webauthn.get', options.challenge, origin);
    const data = this.#head(options.rpId, 0);
    const signature = sign('sha256', Buffer.concat([data, sha256(clientData)]), this.#key.privateKey);
    return {
      id: this.id,
      client_data_json: base64url(clientData),
      authenticator_data: base64url(data),
      signature: base64url(signature),
    };
  }

  #head(host: string, more: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(++this.counter);
    const bits = flags.userPresent | (this.isUnlocked ? flags.userVerified : 0) | more;
    return Buffer.concat([sha256(host), Buffer.from([bits]), counter]);
  }

  /** AAGUID of nobody, the id, and the public key as COSE_Key (RFC 9052, section 7): EC2, ES256, P-256. */
  #credential(): Buffer {
    const { x, y } = this.#key.publicKey.export({ format: 'jwk' });
    const point = (label: number, text: string | undefined): Buffer =>
      Buffer.concat([Buffer.from([label, 0x58, 0x20]), Buffer.from(text!, 'base64url')]);
    return Buffer.concat([
      Buffer.alloc(16),
      Buffer.from([0, this.#id.length]),
      this.#id,
      Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01]),
      point(0x21, x),
      point(0x22, y),
    ]);
  }
}

const clientDataFor = (type: string, challenge: string, origin: string): string =>
  JSON.stringify({ type, challenge, origin, crossOrigin: false });

/** CBOR (RFC 8949) of `{ fmt: "none", attStmt: {}, authData }`. */
function attestation(authData: Buffer): Buffer {
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
  const bytes = Buffer.concat([Buffer.from([0x58, authData.length]), authData]);
  return Buffer.concat([
    Buffer.from([0xa3]),
    text('fmt'),
    text('none'),
    text('attStmt'),
    Buffer.from([0xa0]),
    text('authData'),
    bytes,
  ]);
}

import { createHmac } from 'node:crypto';
import { messageOf, PatronusError } from '@patronus/core';
import type { Configuration } from 'openid-client';
import type { OidcSettings } from './oidc-settings.ts';
import { hasClaim, type Claims } from './role-map.ts';

/** For each request to the service: people wait for it, and its keys must not hold up a sign-in for long. */
const timeoutSeconds = 5;
/** How long what the service says of itself is believed; it changes addresses and methods seldom, keys by themselves. */
const metadataMs = 10 * 60_000;

/** Somebody as a service knows them. `subject` is theirs for ever, all else may change. */
export interface OidcPerson {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Claims;
}

/** Loaded when somebody first signs in by it. */
const library = () => import('openid-client');

/**
 * Asks an OpenID Connect service who somebody is: authorization code with PKCE (RFC 7636, S256), state and nonce. All three
 * are derived from a secret that only the browser has which began, so that nothing has to be kept here to check them.
 */
export class OidcClient {
  readonly settings: OidcSettings;
  readonly #now: () => number;
  readonly #timeoutSeconds: number;
  #known: { readonly configuration: Promise<Configuration>; readonly at: number } | null = null;

  /** `now` is a steady clock, ms; `limitSeconds` is for each request to the service. */
  constructor(settings: OidcSettings, now: () => number, limitSeconds = timeoutSeconds) {
    this.settings = settings;
    this.#now = now;
    this.#timeoutSeconds = limitSeconds;
  }

  /** Where a browser is sent to sign in. Errors: `unreachable`. */
  async authorizationUrl(secret: string, redirectUri: string): Promise<string> {
    const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await library();
    return this.#asking(async (configuration) => {
      const url = buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: this.settings.scopes,
        state: derived(secret, 'state'),
        nonce: derived(secret, 'nonce'),
        code_challenge: await calculatePKCECodeChallenge(derived(secret, 'pkce')),
        code_challenge_method: 'S256',
      });
      return url.href;
    });
  }

  /**
   * Who signed in, of a browser that came back to `redirectUri` with this query. Errors: `unauthenticated` for an answer that
   * is none to what was asked, or is refused by the service; `unreachable`.
   */
  async personOf(secret: string, redirectUri: string, query: string): Promise<OidcPerson> {
    const { authorizationCodeGrant, fetchUserInfo } = await library();
    return this.#asking(async (configuration) => {
      const tokens = await authorizationCodeGrant(configuration, new URL(`${redirectUri}?${query}`), {
        expectedState: derived(secret, 'state'),
        expectedNonce: derived(secret, 'nonce'),
        pkceCodeVerifier: derived(secret, 'pkce'),
        idTokenExpected: true,
      });
      const claims = tokens.claims()!;
      const person = { issuer: claims.iss, subject: claims.sub, claims };
      const { userinfo_endpoint: endpoint } = configuration.serverMetadata();
      const { usernameClaim, roleClaim } = this.settings;
      const isWhole = hasClaim(claims, usernameClaim) && hasClaim(claims, roleClaim);
      if (isWhole || endpoint === undefined) return person;
      const more = await fetchUserInfo(configuration, tokens.access_token, claims.sub);
      return { ...person, claims: { ...more, ...claims } };
    });
  }

  /** Where a browser ends its session with the service (RP-Initiated Logout 1.0); null where it has no such place. */
  async endSessionUrl(returnTo: string): Promise<string | null> {
    const { buildEndSessionUrl } = await library();
    return this.#asking(async (configuration) => {
      if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
      return buildEndSessionUrl(configuration, { post_logout_redirect_uri: returnTo }).href;
    });
  }

  async #asking<T>(ask: (configuration: Configuration) => Promise<T>): Promise<T> {
    const { ClientError, AuthorizationResponseError, ResponseBodyError } = await library();
    try {
      return await ask(await this.#configuration());
    } catch (thrown) {
      if (thrown instanceof PatronusError) throw thrown;
      if (thrown instanceof AuthorizationResponseError || thrown instanceof ResponseBodyError) {
        const { error, error_description: description = '' } = thrown;
        throw refused(`the sign-on service refused it: ${`${error} ${description}`.trim().slice(0, 200)}`, thrown);
      }
      // The rest of the library's own errors are answers that do not fit; what it passes on is of the network.
      if (thrown instanceof ClientError && !unreachableCodes.has(thrown.code ?? '')) {
        throw refused(`the answer of the sign-on service does not fit: ${thrown.message}; begin again`, thrown);
      }
      throw this.#unreachable(thrown);
    }
  }

  async #configuration(): Promise<Configuration> {
    if (this.#known === null || this.#now() - this.#known.at > metadataMs) {
      this.#known = { configuration: this.#discover(), at: this.#now() };
    }
    const known = this.#known;
    try {
      return await known.configuration;
    } catch (thrown) {
      if (this.#known === known) this.#known = null;
      throw thrown;
    }
  }

  async #discover(): Promise<Configuration> {
    // oxlint-disable-next-line typescript/no-deprecated -- only for a service on this machine, see the settings
    const { allowInsecureRequests, ClientSecretBasic, discovery, enableNonRepudiationChecks, None } = await library();
    const { issuer, clientId, clientSecret } = this.settings;
    try {
      return await discovery(
        new URL(issuer),
        clientId,
        {},
        clientSecret === null ? None() : ClientSecretBasic(clientSecret),
        {
          timeout: this.#timeoutSeconds,
          // Signatures are checked although the tokens come from the service itself: it may stand behind others.
          execute: [enableNonRepudiationChecks, ...(issuer.startsWith('http://') ? [allowInsecureRequests] : [])],
        },
      );
    } catch (cause) {
      throw this.#unreachable(cause);
    }
  }

  #unreachable(cause: unknown): PatronusError {
    const { name, issuer } = this.settings;
    const why = [messageOf(cause), reasonWithin(cause)].filter((each) => each !== '').join(': ');
    const text = `the sign-on service "${name}" at ${issuer} cannot be used now: ${why}; try again, or sign in otherwise`;
    return new PatronusError('unreachable', text, { cause });
  }
}

/** Of the service's failures, not of an answer that somebody could have made up. */
const unreachableCodes = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
]);

const refused = (text: string, cause: unknown): PatronusError => new PatronusError('unauthenticated', text, { cause });

/** "fetch failed" alone helps nobody. */
const reasonWithin = (thrown: unknown): string => {
  const { cause } = thrown as { cause?: unknown };
  return cause instanceof Error ? cause.message : '';
};

/** 256 bits in base64url: fit for a state, a nonce, and a verifier (RFC 7636, section 4.1). */
const derived = (secret: string, purpose: string): string =>
  createHmac('sha256', secret).update(`patronus sign-on ${purpose}`).digest('base64url');

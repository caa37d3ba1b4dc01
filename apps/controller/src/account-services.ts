import { systemClock } from '@patronus/core';
import { Access, isLoopback } from './api/access.ts';
import { RateLimits } from './api/rate-limits.ts';
import { ApiKeys, LocalToken, Sessions, SignInService, TokenSigner, Totp } from './auth/index.ts';
import type { DataDirectory } from './data-directory.ts';
import type { Store } from './database/index.ts';
import { OidcClient, oidcSettings } from './oidc/index.ts';
import { MasterKeys, SecretBox } from './secrets/index.ts';
import { ApiKeyService } from './services/api-key-service.ts';
import { AuditService } from './services/audit-service.ts';
import { DeviceSignInService } from './services/device-sign-in-service.ts';
import { ErasureService } from './services/erasure-service.ts';
import { PasskeyService } from './services/passkey-service.ts';
import { SingleSignOnService } from './services/single-sign-on-service.ts';
import { TotpService } from './services/totp-service.ts';
import { UserDeletionService } from './services/user-deletion-service.ts';
import { UserService } from './services/user-service.ts';
import type { ControllerSettings } from './settings.ts';

/** Who may sign in, who is, and what they may do. Errors: `invalid_input` for a wrong key of the secrets. */
export async function accountServices(store: Store, settings: ControllerSettings, directory: DataDirectory) {
  const secretKeyFile = settings.secretKeyFile ?? directory.file('secret.key');
  const secrets = await SecretBox.open(store, MasterKeys.open({ ...settings, secretKeyFile }));
  const signer = await TokenSigner.open(store, secrets);
  const sessions = new Sessions(store, signer);
  const totp = new Totp(store, secrets);
  const audit = new AuditService(store);
  const isLocalOn = settings.localSignIn === 'on';
  const oidc = oidcSettings(settings);
  const client = oidc === null ? null : new OidcClient(oidc, () => systemClock.now());
  const access = new Access({
    localToken: LocalToken.open(directory.path),
    sessions,
    keys: new ApiKeys(store),
    audit,
    limits: new RateLimits(settings, () => systemClock.now()),
    readsAreOpen: areReadsOpen(settings),
    store,
  });
  return {
    access,
    audit,
    secrets,
    signer,
    sessions,
    signIn: new SignInService(store, sessions, totp, isLocalOn),
    singleSignOn: new SingleSignOnService(store, sessions, client, isLocalOn),
    deviceSignIns: new DeviceSignInService(store, sessions),
    totp: new TotpService(store, totp),
    passkeys: new PasskeyService(store, sessions, isLocalOn),
    users: new UserService(store, sessions),
    userDeletion: new UserDeletionService(store, sessions),
    erasure: new ErasureService(store, sessions),
    apiKeys: new ApiKeyService(store, sessions),
  };
}

const areReadsOpen = ({ anonymousReads, host }: ControllerSettings): boolean =>
  anonymousReads === 'always' || (anonymousReads === 'auto' && isLoopback(host));

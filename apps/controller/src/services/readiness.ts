import { messageOf, PatronusError, type ErrorCode } from '@patronus/core';
import type { Store } from '../database/store.ts';
import { settingRepository } from '../repositories/setting-repository.ts';

export interface NotReady {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Why the controller cannot do its work now; empty when it can. After a failed write, asking tries to write again. */
export async function readiness(store: Store): Promise<NotReady[]> {
  try {
    await settingRepository.get(store.db, probeKey);
    if (store.writeFailure !== null) {
      await store.change(({ db, at }) => settingRepository.set(db, probeKey, String(at)));
    }
    return [];
  } catch (thrown) {
    const code = thrown instanceof PatronusError ? thrown.code : 'internal';
    return [{ code, message: messageOf(thrown) }];
  }
}

const probeKey = 'last_write_probe';

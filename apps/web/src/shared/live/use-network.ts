import { useSyncExternalStore } from 'react';
import { useServices } from '../services.tsx';
import { freshness, type NetworkState } from './network-state.ts';
import type { NetworkStore } from './network-store.ts';
import { useNow } from '../figures/use-now.ts';

export const useNetworkStore = (): NetworkStore => useServices().network;

/** The network as it is now. */
export function useNetwork(): NetworkState {
  const store = useNetworkStore();
  return useSyncExternalStore(store.subscribe, store.state);
}

/** Whether what is shown is of now. */
export function useIsLive(): boolean {
  const state = useNetwork();
  return freshness(state, useNow(1000)).live;
}

/** Whether what is shown is of the past; before anything is shown, nothing is. */
export function useIsOld(): boolean {
  const state = useNetwork();
  const now = useNow(1000);
  return state.heardAt !== null && !freshness(state, now).live;
}
